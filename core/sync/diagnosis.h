// Why a record differs between the two sides, and what repairs it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/transaction.h"
#include "core/sync/two_sides.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::sync {

// A record that seemed to differ, and what the outside showed of it when it was last looked at.
struct Suspect {
  std::string id;          // TwoSides::Shown::id; empty: the connection has none for it
  std::string outside_id;  // for people
  uint64_t record_id = 0;  // 0: look it up by the id
  bool there = false;      // the outside holds it
  uint64_t content = 0;    // then
  std::unique_ptr<google::protobuf::Message> body;  // then, by rows
  std::string trouble;                              // then, of a row that is no record
  bool comes = false;                               // the next reading brings it
  uint64_t revision = 0;                            // of the hub's record when it was last judged
};

// Used by one thread, inside a work of the store.
class Diagnosis {
 public:
  // `sink_cursor`: how far the sink has read the log; 0: it is at its first scan.
  Diagnosis(const TwoSides* sides, uint64_t sink_cursor)
      : sides_(sides), sink_cursor_(sink_cursor) {}

  // First: rows that are parked or dead. Errors of the store.
  absl::Status LoadBooks(const store::Reader& reader);

  enum class Repair { kNone, kDeliver, kRead };
  struct Finding {
    bool differs = false;  // false: the two sides are equal after all
    v1::Difference difference;
    Repair repair = Repair::kNone;

    // It did not stand still while it was looked at.
    void CallMoving();
  };
  // Errors of the store.
  absl::StatusOr<Finding> Judge(const store::Transaction& tx, Suspect* suspect) const;

  // Queues a repair: the delivery, or that the next full reading takes the row for news.
  absl::Status Queue(store::Transaction& tx, const Suspect& suspect, const Finding& finding) const;

 private:
  struct Case {
    const Suspect* suspect = nullptr;
    std::optional<v1::Record> record;  // deleted ones included
    std::optional<store::Delivery> delivery;
    std::vector<uint64_t> base;  // what the outside showed last; empty: nothing is known
    bool live = false;           // the hub holds it
    bool pending_log = false;    // the sink has not come to its newest revision
  };
  absl::StatusOr<Case> Open(const store::Transaction& tx, Suspect* suspect) const;
  bool Equal(const Case& it) const;
  // Fill in the cause where it is theirs.
  bool ByDelivery(const Case& it, Finding* finding) const;
  absl::StatusOr<bool> ByConflict(const store::Transaction& tx, const Case& it,
                                  Finding* finding) const;
  bool ByBooks(const Case& it, Finding* finding) const;
  void ByContent(const Case& it, Finding* finding) const;
  void Missed(const Case& it, bool by_hub, Finding* finding) const;
  bool ShownBefore(const Case& it) const;
  bool BaseOfAnother(const Case& it) const;

  const TwoSides* sides_;
  const uint64_t sink_cursor_;
  // Why rows of the dataset have not become records, by outside id.
  std::map<std::string, std::string> parked_;
  std::map<std::string, std::string> dead_;
};

}  // namespace entrepot::sync
