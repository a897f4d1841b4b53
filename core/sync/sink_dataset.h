// A dataset that records go to: the rows that they become there, and what its system shows of them
// from then on. Where the dataset is read too, a record that it shows already need not be sent, and
// one that comes back as it was sent is no news.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/merge.h"
#include "core/mapping/record_mapper.h"
#include "core/store/transaction.h"
#include "core/sync/plan.h"

namespace entrepot::sync {

// Thread-compatible.
class SinkDataset {
 public:
  // `plan` outlives it. INVALID_ARGUMENT (INVALID_MAPPING) where the mapping cannot be written.
  static absl::StatusOr<std::unique_ptr<SinkDataset>> Make(const DatasetPlan* plan,
                                                           const mapping::Environment& environment);

  const DatasetPlan& plan() const { return *plan_; }
  // Of the rows; none: its connector takes records as they are.
  std::span<const std::string> columns() const;

  // REQUIRES: there are columns. INVALID_ARGUMENT (CANNOT_BE_WRITTEN) names field and column: the
  // record can never be sent as it is. The rest are errors of the store.
  absl::Status WriteRow(const store::Reader& reader, const v1::Record& record,
                        std::string_view outside_id, connector::Row* row) const;

  // How the intake will see a record that is there: its outside id and, by authority group,
  // digests.
  struct Shown {
    std::string outside_id;
    std::vector<uint64_t> digests;
  };
  // Nothing where that cannot be told: the dataset is not read, or what it reads back is no record.
  // Errors of the store.
  absl::StatusOr<std::optional<Shown>> ShownOf(const store::Reader& reader,
                                               const v1::Record& record,
                                               std::string_view outside_id) const;

  // Must the record, at its newest revision, be sent? Not where the system shows it already, unless
  // something else that was sent may still have arrived there.
  // Nothing where that is not known: then the revision decides that was sent last.
  absl::StatusOr<std::optional<bool>> Needs(const store::Transaction& tx, const v1::Record& record,
                                            std::string_view outside_id) const;
  // It is about to be sent, or what became of it is known: see pushed.h. Nothing is noted where the
  // dataset is not read, and of bulk kinds.
  absl::Status NotePushed(store::Transaction& tx, const v1::Record& record,
                          std::string_view outside_id) const;
  absl::Status ForgetPushed(store::Transaction& tx, uint64_t record_id) const;
  // Notes that the system now shows `record`, so that the intake finds it unchanged; not in the
  // authority groups `asked`, whose values become the record's when the system shows them (see
  // Overlay). Returns the outside id under which it does; empty: nothing is noted.
  absl::StatusOr<std::string> SetShown(store::Transaction& tx, const v1::Record& record,
                                       std::string_view outside_id,
                                       std::span<const int> asked) const;

 private:
  explicit SinkDataset(const DatasetPlan* plan) : plan_(plan) {}
  absl::Status MakeReading(const mapping::Environment& environment);
  absl::StatusOr<bool> ReadBack(const store::Reader& reader, const v1::Record& record,
                                std::string_view outside_id, google::protobuf::Message* body,
                                std::string* shown_id) const;

  const DatasetPlan* plan_;
  std::unique_ptr<mapping::RecordMapper> writing_;
  // Of datasets that are read too.
  std::unique_ptr<mapping::RowMapper> reading_;  // of the columns that are written
  std::vector<int> unwritten_;                   // covered fields that those do not say
  std::unique_ptr<domain::GroupDigester> digester_;
};

// Those of a connection. Thread-compatible.
class SinkDatasets {
 public:
  // `plan` outlives it. Errors as SinkDataset::Make; the message names the dataset.
  static absl::StatusOr<std::unique_ptr<SinkDatasets>> Make(
      const ConnectionPlan* plan, const mapping::Environment& environment);

  // The one that takes records of a kind; nullptr: there is none.
  const SinkDataset* Of(domain::Kind kind) const;

 private:
  std::vector<std::unique_ptr<SinkDataset>> datasets_;
};

}  // namespace entrepot::sync
