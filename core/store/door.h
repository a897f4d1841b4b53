// The one door: whatever becomes a record's next revision passes here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/bulk_records.h"
#include "core/store/change_log.h"
#include "core/store/database.h"
#include "core/store/memory.h"
#include "core/store/records.h"
#include "core/store/transaction.h"

namespace entrepot::store {

// What an open write transaction holds back, to write it in order and packed.
struct WriteBuffers {
  LogWriter log;
  LogRow row;  // the last one read, for its neighbours

  absl::Status Flush(Connection& db, BulkPlaces* places);
  // What was not flushed is rolled back, and what was read may be.
  void Drop();
  // The entry lives until the next call.
  absl::StatusOr<BulkFound> FindBulk(Connection& db, const Memory& memory, uint64_t id);
};

// See Transaction::Put. The writer's; nothing is changed by a request that is refused.
class Door {
 public:
  Door(Connection* db, Memory* memory, WriteBuffers* buffers)
      : db_(db), memory_(memory), buffers_(buffers) {}

  absl::StatusOr<PutResult> Put(const PutRequest& request, absl::Time now);

 private:
  // What is there. id 0: nothing.
  struct Known {
    uint64_t id = 0;
    uint64_t revision = 0;
    uint64_t last_seq = 0;
    bool deleted = false;
    Digest128 bulk_key;
    std::string_view key;   // ordinary; borrows from ordinary_
    std::string_view body;  // borrows from ordinary_ or the row at hand
  };
  // Messages of one kind, reused.
  struct Scratch {
    std::unique_ptr<google::protobuf::Message> before;
    std::unique_ptr<google::protobuf::Message> after;
    bool projected = false;
    bool needs_before = false;  // by a projection, of every change
  };
  // What is written: the next revision.
  struct Next {
    const domain::KindInfo* info;
    const google::protobuf::Message* body;  // nullptr: deleted
    std::string_view bytes;
    Digest128 bulk_key;
    bool key_changed = false;  // or new
    std::string_view origin;
    uint64_t base_digest = 0;  // bulk
    absl::Time now;
  };

  absl::Status FindById(const domain::KindInfo& info, uint64_t id, Known* known);
  absl::Status FindByKey(const domain::KindInfo& info, const PutRequest& request, Known* known);
  Digest128 KeyOf(const domain::KindInfo& info, const PutRequest& request,
                  const google::protobuf::Message* body);
  absl::StatusOr<const google::protobuf::Message*> Merge(const domain::KindInfo& info,
                                                         const PutRequest& request,
                                                         const Known& known);
  absl::Status CheckKey(const PutRequest& request, const Known& known, Next* next);
  absl::StatusOr<PutResult> Delete(const domain::KindInfo& info, const PutRequest& request,
                                   absl::Time now);
  absl::StatusOr<PutResult> KeepUnchanged(const PutRequest& request, const Known& known);
  uint64_t NextRevision(const Known& known) const;
  absl::StatusOr<PutResult> Write(const Known& known, const Next& next);
  void PlaceBulk(uint64_t id, uint64_t seq, const Next& next);
  absl::Status WriteOrdinary(uint64_t id, uint64_t seq, uint32_t origin, const Known& known,
                             const Next& next);
  absl::Status Project(uint64_t id, const Known& known, const Next& next);
  absl::Status QueueThoseWaitingFor(const Next& next);
  // The digest that stays with the record: the request's, or the one that is there.
  uint64_t BaseDigest(const PutRequest& request, const Known& known) const;
  Scratch& ScratchOf(const domain::KindInfo& info);
  absl::Status Parse(std::string_view bytes, uint64_t id, google::protobuf::Message* message) const;

  Connection* db_;
  Memory* memory_;
  WriteBuffers* buffers_;
  OrdinaryRecord ordinary_;
  std::string key_;    // of the next body; ordinary kinds
  std::string bytes_;  // canonical bytes of the next body
  std::vector<Scratch> scratch_;
};

}  // namespace entrepot::store
