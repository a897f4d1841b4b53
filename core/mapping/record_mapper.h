// Records into rows: the way back of the one mapping engine. What a row's columns say of a record
// is said again in the same columns, so that reading what was written gives the same record.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mapping/mapping.h"
#include "core/mapping/value_text.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::mapping {

// A record, and how the outside system knows it. Borrowed.
struct RecordView {
  const google::protobuf::Message* body = nullptr;
  uint64_t id = 0;
  uint64_t revision = 0;
  bool deleted = false;
  std::string_view key;         // as people write it
  std::string_view outside_id;  // empty: it is not there yet
};

// What a mapping says of writing.
struct WritingCheck {
  std::vector<MappingProblem> problems;  // none: RecordMapper::Compile accepts it
  std::vector<MappingProblem> notes;     // fields that are read and not written, and why
};
// REQUIRES: CheckMapping finds nothing.
WritingCheck CheckWriting(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                          const Environment& environment);

// Thread-compatible: one instance is used by one thread at a time.
class RecordMapper {
 public:
  // INVALID_ARGUMENT (INVALID_MAPPING) where a Check finds problems.
  static absl::StatusOr<std::unique_ptr<RecordMapper>> Compile(const domain::KindInfo& kind,
                                                               const config::v1::Mapping& mapping,
                                                               const Environment& environment);
  virtual ~RecordMapper() = default;

  // Of every row: what `fields` read and can be written, the key's, what `write` names.
  virtual const std::vector<std::string>& columns() const = 0;

  // Fills `row` (cleared first): a cell for each column; what the record does not have is absent.
  // The key's columns that no field fills get their part of the outside id. INVALID_ARGUMENT
  // (CANNOT_BE_WRITTEN) names the field and the column, and says why.
  virtual absl::Status Map(const RecordView& record, const ReferenceText& reference,
                           connector::v1::Row* row) const = 0;
};

// The part of a mapping that reads rows of a RecordMapper's columns: without the fields of which a
// column is missing there. Covers what the whole mapping covers.
config::v1::Mapping ReadBackMapping(const domain::KindInfo& kind,
                                    const config::v1::Mapping& mapping,
                                    const std::vector<std::string>& columns,
                                    std::span<const int> covers);

// The parts of an outside id that RowMapper made of `count` columns. Empty: it was not.
std::vector<std::string> SplitOutsideId(std::string_view outside_id, size_t count);

}  // namespace entrepot::mapping
