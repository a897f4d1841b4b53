// Rows and typed records into items: what is asked at the door of one record that comes in. Used
// on a thread ahead of the writer, and on the writer's for rows that come again.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/domain/merge.h"
#include "core/mapping/mapping.h"
#include "core/sync/plan.h"
#include "core/sync/raw_row.h"
#include "google/protobuf/message.h"

namespace entrepot::sync {

// One row on its way in. Reused for row after row.
struct Item {
  mapping::RowOutcome outcome{};
  const google::protobuf::Message* body = nullptr;  // `own`, or the typed record's
  std::unique_ptr<google::protobuf::Message> own;   // kept for the next row
  std::string outside_id;
  bool deleted = false;
  uint64_t text = 0;  // DigestOfText; 0: it is not known again
  uint64_t remembered_id =
      0;               // the record that the text became before; then only digests[0] is set
  Digest128 bulk_key;  // bulk kinds
  std::vector<uint64_t> digests;      // by authority group; bulk kinds: one
  mapping::RowFault fault;            // of kFault
  mapping::MissingReference missing;  // of kMissing
};

// Thread-compatible.
class Translator {
 public:
  // `dataset` outlives it. INVALID_ARGUMENT when the mapping does not fit the kind.
  static absl::StatusOr<std::unique_ptr<Translator>> Make(const DatasetPlan* dataset,
                                                          const mapping::Environment& environment);

  // Before the rows of a batch. INVALID_ARGUMENT (MISSING_COLUMN) names file and column.
  absl::Status Bind(const mapping::RowTable& rows);
  // As RowMapper::Announce; for a typed record it does nothing.
  void Announce(const RawRow& raw, const mapping::ReferenceHint& hint) const;
  void Translate(const RawRow& raw, const mapping::Resolver& resolve, Item* item);
  // The outside id of a row alone. False: it has none.
  bool KeyOf(const mapping::RowView& row, std::string* outside_id) const {
    return mapper_->Key(row, outside_id);
  }

  // The digests that a row of such a body would have; see Item.
  void DigestOf(const google::protobuf::Message& body, std::vector<uint64_t>* digests) {
    digester_->Digest(body, digests);
  }

  // Fields that the dataset speaks for; empty: all.
  std::span<const int> covers() const;

 private:
  explicit Translator(const DatasetPlan* dataset) : dataset_(dataset) {}
  void TranslateRecord(const v1::Record& record, Item* item);
  void Digest(Item* item);

  const DatasetPlan* dataset_;
  std::unique_ptr<mapping::RowMapper> mapper_;  // nullptr: typed records only
  std::unique_ptr<domain::GroupDigester> digester_;
  const google::protobuf::Message* prototype_ = nullptr;
};

// The base of a record that its source has deleted.
inline constexpr uint64_t kDeletedDigest = 0x64656c6574656421;  // "deleted!"

}  // namespace entrepot::sync
