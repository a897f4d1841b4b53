// A write transaction: the one door, and the books that commit together with it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/domain/kind.h"
#include "core/store/items.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

struct PutRequest {
  domain::Kind kind{};
  // 0: the record with this body's key, or a new one.
  uint64_t id = 0;
  const google::protobuf::Message* body = nullptr;
  // Fields of the body that the writer speaks for, by index in the descriptor; empty: all of them.
  // The others keep their values.
  std::span<const int> covers;
  bool deleted = false;     // keeps the body that is there; `body` is not read, `id` is needed
  std::string_view origin;  // "warehouse/stock", "api:anna", "reaction:invoice"
  // Bulk kinds: kept with the record as its base (see BulkBase). 0: left as it is.
  uint64_t base_digest = 0;
  // Bulk kinds: BulkKey of the body, by who knows it already.
  std::optional<Digest128> bulk_key;
};

enum class PutOutcome { kCreated, kChanged, kUnchanged };

struct PutResult {
  PutOutcome outcome{};
  uint64_t id = 0;
  uint64_t revision = 0;
};

// What a system last showed of a record, by dataset and outside id.
struct Base {
  uint64_t record_id = 0;
  std::vector<uint64_t> digests;  // one for each authority group of the kind
  // The record's key is not the one that the dataset shows: it was found by other fields.
  bool foreign_key = false;
};

struct BulkBase {
  uint64_t record_id = 0;
  uint64_t digest = 0;
};

// Lives inside Store::Work. Only the writer's thread touches it.
class Transaction : public Reader {
 public:
  // The only writer of records: validates (domain::Check), merges what is covered into what is
  // there, and where that differs makes the next revision and an entry of the change log. Errors:
  // INVALID_ARGUMENT (INVALID_RECORD; the message names the field); NOT_FOUND (`id` is not there);
  // FAILED_PRECONDITION (KEY_TAKEN: the body's key belongs to another record).
  virtual absl::StatusOr<PutResult> Put(const PutRequest& request) = 0;

  // Puts a work's answer beside its request id, so that the same request gets it again.
  virtual absl::Status SaveAnswer(std::string_view request_id, std::string_view method,
                                  uint64_t request_digest, std::string_view answer) = 0;
  struct Answer {
    std::string method;
    uint64_t request_digest = 0;
    std::string bytes;
  };
  virtual absl::StatusOr<std::optional<Answer>> FindAnswer(std::string_view request_id) const = 0;

  // 1, 2, 3 … by name: numbers of documents.
  virtual absl::StatusOr<uint64_t> NextNumber(std::string_view name) = 0;

  // Identity. Binding queues the parked items that wait for the outside id.
  virtual absl::Status Bind(std::string_view connection, domain::Kind kind,
                            std::string_view outside_id, uint64_t record_id) = 0;
  virtual absl::StatusOr<std::optional<Base>> FindBase(std::string_view dataset,
                                                       std::string_view outside_id) const = 0;
  // Of record 0: removes it.
  virtual absl::Status SetBase(std::string_view dataset, std::string_view outside_id,
                               const Base& base) = 0;
  // Bulk kinds, in memory: by DigestOf128 of kind and key bytes (BulkKey).
  virtual std::optional<BulkBase> FindBulk(const Digest128& key) const = 0;
  // The base digest of a record of a bulk kind; 0: none.
  virtual uint64_t BulkDigest(uint64_t record_id) const = 0;
  // As Store::identity_generation, with what this transaction did.
  virtual uint64_t identity_generation() const = 0;
  // A hint that FindBulk is asked for this key so many rows later: its memory is fetched.
  virtual void PrefetchBulk(const Digest128&, size_t /*ahead*/) const {}

  virtual absl::Status SetCursor(std::string_view name, std::string_view value) = 0;

  // Newest kept for (dataset, outside id). Returns its id.
  virtual absl::StatusOr<uint64_t> Park(const ParkedItem& item) = 0;
  virtual absl::StatusOr<uint64_t> Bury(const DeadLetter& letter) = 0;
  // A success for the key removes what stands for it in both books. True: something stood there.
  virtual absl::StatusOr<bool> Forget(std::string_view dataset, std::string_view outside_id) = 0;
  // For good, so that a record's way can tell of it.
  virtual absl::Status SaveRowEdit(const RowEdit& edit) = 0;
  // Where the row stood from which the newest entry of the log was made.
  virtual absl::Status NotePlace(std::string_view location, uint64_t line) = 0;
  virtual absl::Status RemoveParked(uint64_t id) = 0;
  virtual absl::Status RemoveDeadLetter(uint64_t id) = 0;
  // Parked items whose key has come, oldest first.
  virtual absl::StatusOr<std::vector<ParkedItem>> TakeQueued(int limit) const = 0;

  // Runs are saved whole; id 0 makes a new one. Returns its id.
  virtual absl::StatusOr<uint64_t> SaveRun(const Run& run) = 0;
  virtual absl::Status SaveDelivery(const Delivery& delivery) = 0;

  // The newest kept for its key; `id` is not read. Returns its id. Open ones end by themselves with
  // the Put that makes the record show the same.
  virtual absl::StatusOr<uint64_t> SaveConflict(const Conflict& conflict) = 0;
  // The one with the same key, open or not.
  virtual absl::StatusOr<std::optional<Conflict>> FindConflict(const Conflict& like) const = 0;

  // id 0 makes a new one. Returns its id. Open ones are accepted by the Put that makes the record
  // show what was wanted.
  virtual absl::StatusOr<uint64_t> SaveProposal(const Proposal& proposal) = 0;
  // Notes a pair that is not noted yet; saves one that is.
  virtual absl::Status NoteDouble(const Double& pair) = 0;
  virtual absl::Status SaveDouble(const Double& pair) = 0;
  // Whoever means one record means the other from now on: outside ids with their bases, and the
  // key. Begins a new identity generation.
  virtual absl::Status Absorb(uint64_t gone, uint64_t kept) = 0;
  // The connection no longer knows a record by this id.
  virtual absl::Status Unbind(std::string_view connection, domain::Kind kind,
                              std::string_view outside_id) = 0;

  // Whoever follows the log is woken by this commit, though it may not lengthen the log: a delivery
  // was noted by somebody else than its sink.
  virtual void WakeReaders() = 0;

  // Live records of a kind that this origin last wrote, and where in the log it did, for deletions
  // after a full read: of those whose id is `wanted`. The fewer those are, the less it costs.
  using OriginVisitor = std::function<void(uint64_t id, uint64_t last_seq)>;
  virtual absl::Status ForEachOfOrigin(domain::Kind kind, std::string_view origin,
                                       const std::function<bool(uint64_t id)>& wanted,
                                       const OriginVisitor& visit) const = 0;

  // Of ordinary kinds: live records that this dataset has shown, whoever wrote them last, each as
  // often as it has outside ids there.
  using BaseVisitor = std::function<void(uint64_t id, uint64_t last_seq, const Base& base)>;
  virtual absl::Status ForEachWithBase(std::string_view dataset,
                                       const BaseVisitor& visit) const = 0;

  virtual absl::Time now() const = 0;
  // Somebody else's interactive work waits for this one to end: bulk work ends soon then.
  virtual bool OthersWait() const { return false; }
};

// The key under which FindBulk knows a record.
Digest128 BulkKey(domain::Kind kind, std::string_view key_bytes);

}  // namespace entrepot::store
