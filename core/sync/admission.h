// One item of a dataset through the one door, inside a write transaction: unchanged rows are
// dropped by their base, what lacks another record is parked, what cannot be a record is a dead
// letter, and a success clears what stood in those books under its key.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/store/transaction.h"
#include "core/sync/arbiter.h"
#include "core/sync/held.h"
#include "core/sync/match_index.h"
#include "core/sync/plan.h"
#include "core/sync/raw_row.h"
#include "core/sync/translator.h"

namespace entrepot::sync {

struct Passage {
  enum class Result { kCreated, kChanged, kDeleted, kUnchanged, kParked, kDead };
  Result result{};
  uint64_t record_id = 0;  // the record it is about; 0: it could not be told
  bool recovered = false;  // something stood in the books under its key, and is gone
  bool lost = false;       // some of it did not become the record's: a conflict is kept
};

// Thread-compatible; lives on the writer's thread.
class Admission {
 public:
  // `dataset` and `held` outlive it. `held` may be nullptr: then the store is always asked.
  static absl::StatusOr<std::unique_ptr<Admission>> Make(const DatasetPlan* dataset,
                                                         const mapping::Environment& environment,
                                                         Held* held);

  // Before the rows of a batch; errors as Translator::Bind.
  absl::Status Bind(const mapping::RowTable& rows) { return translator_->Bind(rows); }
  // Maps the row here, against the transaction.
  absl::StatusOr<Passage> EnterRow(store::Transaction& tx, const RawRow& raw);
  // A row mapped elsewhere. What lacked a record then is mapped once more, as that may have come
  // since; so is what was only remembered, unless that `holds` and its record is as it was then.
  // Errors are the store's: the transaction must be undone.
  absl::StatusOr<Passage> Enter(store::Transaction& tx, const RawRow& raw, const Item& item,
                                bool holds);

  // Announces an item so many rows ahead: what memory its base lies in is fetched meanwhile.
  void Expect(const store::Transaction& tx, const Item& item, size_t ahead) const {
    if (dataset_->kind->bulk && item.remembered_id == 0) tx.PrefetchBulk(item.bulk_key, ahead);
  }

  // Outside the flow of rows: a record that its source no longer holds. False: it stays, because
  // the source has no say in that.
  absl::StatusOr<bool> Delete(store::Transaction& tx, uint64_t record_id);
  absl::Status BuryBadRow(store::Transaction& tx, const connector::BadRow& bad);

  // For the next dead letters made, instead of now and 0: when a letter is replayed.
  // `edited`: the row is that letter's, as a person has changed it; borrowed until the next call.
  void SetReplay(absl::Time died_at, uint32_t replays, const store::DeadLetter* edited = nullptr);
  // The record that a row is about, with nothing written; 0: none yet, or it cannot be told.
  absl::StatusOr<uint64_t> Preview(store::Transaction& tx, const RawRow& raw);

 private:
  struct Fault {
    std::string field;
    int column = -1;
    std::string reason;
  };

  Admission(const DatasetPlan* dataset, Held* held) : dataset_(dataset), held_(held) {}
  bool IsHeld(const RawRow& raw);
  absl::StatusOr<Passage> Apply(store::Transaction& tx, const RawRow& raw, const Item& item);
  absl::StatusOr<Passage> ApplyBulk(store::Transaction& tx, const RawRow& raw, const Item& item);
  absl::StatusOr<Passage> ApplyOrdinary(store::Transaction& tx, const RawRow& raw,
                                        const Item& item);
  absl::StatusOr<Passage> TakeEcho(store::Transaction& tx, const Item& item, uint64_t id,
                                   bool foreign_key);
  absl::StatusOr<bool> IsAsked(const store::Transaction& tx, uint64_t id) const;
  absl::StatusOr<bool> MayDelete(store::Transaction& tx, uint64_t record_id);
  bool ForeignKey(const v1::Record& known, const Item& item) const;
  // Brings the row into a record that is there, as far as it has the say.
  absl::StatusOr<Passage> Contend(store::Transaction& tx, const RawRow& raw, const Claim& claim);
  absl::StatusOr<uint64_t> TargetOf(store::Transaction& tx, const Item& item);
  absl::StatusOr<uint64_t> MatchOf(store::Transaction& tx, const Item& item) const;
  absl::StatusOr<uint64_t> KnownRecord(store::Transaction& tx, const Item& item);
  absl::StatusOr<Passage> Put(store::Transaction& tx, const store::PutRequest& request,
                              const RawRow& raw, const Item& item);
  absl::StatusOr<Passage> Succeed(store::Transaction& tx, const Item& item, Passage passage);
  absl::StatusOr<Passage> Park(store::Transaction& tx, const RawRow& raw, const Item& item);
  absl::StatusOr<Passage> Bury(store::Transaction& tx, const RawRow& raw, const Item& item,
                               const Fault& fault);
  absl::Status BuryLetter(store::Transaction& tx, store::DeadLetter letter);

  const DatasetPlan* dataset_;
  Held* held_;
  std::unique_ptr<Translator> translator_;
  Item own_;
  std::unique_ptr<Arbiter> arbiter_;
  std::vector<int> changed_groups_;  // kept to save allocations
  absl::Time died_at_ = absl::InfinitePast();
  uint32_t replays_ = 0;
  const store::DeadLetter* edited_ = nullptr;
};

}  // namespace entrepot::sync
