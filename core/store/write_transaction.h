// The write transaction that works see: the door for records, and the tables beside it.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/disk_reader.h"
#include "core/store/door.h"
#include "core/store/memory.h"
#include "core/store/transaction.h"

namespace entrepot::store {

// One work's view; the writer begins, commits and rolls back around it. Commits fail while
// `db->failure()` holds an error, whatever the work made of it.
class WriteTransaction final : public DiskReader<Transaction> {
 public:
  WriteTransaction(Connection* db, Memory* memory, WriteBuffers* buffers, Door* door,
                   absl::Time now, const std::atomic<int>* others_waiting)
      : DiskReader(db, memory),
        writable_(memory),
        buffers_(buffers),
        door_(door),
        now_(now),
        others_waiting_(others_waiting) {}

  absl::StatusOr<PutResult> Put(const PutRequest& request) override;
  absl::Status SaveAnswer(std::string_view request_id, std::string_view method,
                          uint64_t request_digest, std::string_view answer) override;
  absl::StatusOr<std::optional<Answer>> FindAnswer(std::string_view request_id) const override;
  absl::StatusOr<uint64_t> NextNumber(std::string_view name) override;
  absl::Status Bind(std::string_view connection, domain::Kind kind, std::string_view outside_id,
                    uint64_t record_id) override;
  absl::StatusOr<std::optional<Base>> FindBase(std::string_view dataset,
                                               std::string_view outside_id) const override;
  absl::Status SetBase(std::string_view dataset, std::string_view outside_id,
                       const Base& base) override;
  std::optional<BulkBase> FindBulk(const Digest128& key) const override;
  uint64_t BulkDigest(uint64_t record_id) const override {
    return memory_->bulk_index.DigestOf(record_id);
  }
  uint64_t identity_generation() const override { return memory_->bindings.generation(); }
  void PrefetchBulk(const Digest128& key, size_t ahead) const override {
    memory_->bulk_index.Prefetch(key, ahead);
  }
  absl::Status SetCursor(std::string_view name, std::string_view value) override;
  absl::StatusOr<uint64_t> Park(const ParkedItem& item) override;
  absl::StatusOr<uint64_t> Bury(const DeadLetter& letter) override;
  absl::StatusOr<bool> Forget(std::string_view dataset, std::string_view outside_id) override;
  absl::Status SaveRowEdit(const RowEdit& edit) override;
  absl::Status NotePlace(std::string_view location, uint64_t line) override;
  absl::Status RemoveParked(uint64_t id) override;
  absl::Status RemoveDeadLetter(uint64_t id) override;
  absl::StatusOr<std::vector<ParkedItem>> TakeQueued(int limit) const override;
  absl::StatusOr<uint64_t> SaveRun(const Run& run) override;
  absl::Status SaveDelivery(const Delivery& delivery) override;
  absl::StatusOr<uint64_t> SaveConflict(const Conflict& conflict) override;
  absl::StatusOr<std::optional<Conflict>> FindConflict(const Conflict& like) const override;
  absl::StatusOr<std::vector<Conflict>> OpenConflictsOf(uint64_t record_id) const override;
  absl::StatusOr<std::vector<Proposal>> OpenProposalsOf(uint64_t record_id) const override;
  absl::StatusOr<uint64_t> SaveProposal(const Proposal& proposal) override;
  absl::Status NoteDouble(const Double& pair) override;
  absl::Status SaveDouble(const Double& pair) override;
  absl::Status Absorb(uint64_t gone, uint64_t kept) override;
  absl::Status Unbind(std::string_view connection, domain::Kind kind,
                      std::string_view outside_id) override;
  void WakeReaders() override { writable_->wake = true; }
  absl::Status ForEachOfOrigin(domain::Kind kind, std::string_view origin,
                               const std::function<bool(uint64_t id)>& wanted,
                               const OriginVisitor& visit) const override;
  absl::Status ForEachWithBase(std::string_view dataset, const BaseVisitor& visit) const override;
  absl::Time now() const override { return now_; }
  bool OthersWait() const override { return others_waiting_->load() > 0; }

  // From memory, without a look at the file.
  absl::StatusOr<std::optional<v1::Record>> Get(uint64_t id) const override;
  absl::StatusOr<std::optional<uint64_t>> FindByKey(domain::Kind kind,
                                                    std::string_view key_bytes) const override;
  absl::StatusOr<uint64_t> Count(domain::Kind kind) const override;
  absl::StatusOr<std::optional<uint64_t>> FindBinding(std::string_view connection,
                                                      domain::Kind kind,
                                                      std::string_view outside_id) const override;

 protected:
  absl::Status Settle() const override { return buffers_->Flush(*db_, &writable_->bulk_places); }

 private:
  absl::Status EndAgreed(uint64_t record_id);
  absl::Status EndConflicts(const v1::Record& record);
  absl::Status EndProposals(const v1::Record& record);
  absl::Status EndDoubles(const v1::Record& record);

  Memory* writable_;
  WriteBuffers* buffers_;
  Door* door_;
  absl::Time now_;
  const std::atomic<int>* others_waiting_;
};

}  // namespace entrepot::store
