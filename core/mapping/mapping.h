// Rows into records: the only mapping engine. A mapping is compiled once against the kind's
// descriptor and then applied to row after row without allocating for the row.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/domain/kind.h"
#include "core/mapping/row_table.h"
#include "entrepot/config/v1/mapping.pb.h"

namespace entrepot::mapping {

struct Environment {
  absl::TimeZone time_zone;  // of times without a zone
  std::string currency;      // of money without one
};

// Why a row did not become a record.
struct RowFault {
  std::string field;   // "on_hand"; empty: the whole row
  int column = -1;     // index of the cell; -1: none
  std::string reason;  // one sentence: what is wrong and what would be right
};

// The row refers to a record that is not known.
struct MissingReference {
  domain::Kind kind{};
  std::string key;  // as in the row
};

enum class RowOutcome { kMapped, kFault, kMissing };

// A mistake in a mapping of the configuration.
struct MappingProblem {
  std::string path;     // below the mapping: "fields.on_hand.match", "covers[1]"
  std::string message;  // one sentence: what is wrong and what would be right
  bool at_key = false;  // the key itself is wrong, not its value
};

// Every mistake of the mapping, in order of its keys; none: RowMapper::Compile accepts it.
std::vector<MappingProblem> CheckMapping(const domain::KindInfo& kind,
                                         const config::v1::Mapping& mapping,
                                         const Environment& environment);

// Resolves outside ids: the id of the record, or nothing.
using Resolver = std::function<std::optional<uint64_t>(domain::Kind, std::string_view outside_id)>;

// Told what a row refers to some rows before it is mapped.
using ReferenceHint = std::function<void(domain::Kind, std::string_view outside_id)>;

// Thread-compatible: one instance is used by one thread at a time.
class RowMapper {
 public:
  // INVALID_ARGUMENT when the mapping does not fit the kind (config check has found it before).
  static absl::StatusOr<std::unique_ptr<RowMapper>> Compile(const domain::KindInfo& kind,
                                                            const config::v1::Mapping& mapping,
                                                            const Environment& environment);
  virtual ~RowMapper() = default;

  // Binds to a batch's columns. INVALID_ARGUMENT (MISSING_COLUMN) that names the missing column,
  // the columns that are there and the nearest one. Cheap when they are as in the batch before.
  virtual absl::Status BindColumns(
      const google::protobuf::RepeatedPtrField<std::string>& columns) = 0;

  // Names what a row refers to that is mapped soon, so that the memory it takes to resolve it can
  // be fetched meanwhile. References whose text the mapping changes are left out.
  virtual void Announce(const RowView& row, const ReferenceHint& hint) const = 0;

  // The row's outside id alone, from the bound columns. False: it has none.
  virtual bool Key(const RowView& row, std::string* outside_id) = 0;

  // Fills `body` (cleared first) and `outside_id`. References are resolved through `resolve`;
  // on kMissing all fields that could be filled are. On kFault `outside_id` is set where the key's
  // cells could be read.
  virtual RowOutcome Map(const RowView& row, const Resolver& resolve,
                         google::protobuf::Message* body, std::string* outside_id) = 0;
  virtual const RowFault& fault() const = 0;            // after kFault
  virtual const MissingReference& missing() const = 0;  // after kMissing
  // The row says that its record is deleted (Row.deleted or deleted_when).
  virtual bool deleted() const = 0;

  // Indices of fields that the dataset speaks for, ascending.
  virtual std::span<const int> covers() const = 0;
};

}  // namespace entrepot::mapping
