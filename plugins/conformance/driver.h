// Drives a connector through its C table with a host of the suite's own, which a check can make
// older, newer or stingy. Requests lie right before a page that cannot be touched and are unmapped
// when the call returns, so that a connector that reads past them or keeps them crashes at once.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "entrepot/connector/v1/connector.pb.h"
#include "plugins/abi/entrepot_connector.h"
#include "plugins/host/call_frame.h"

namespace entrepot::conformance {

namespace contract = ::entrepot::connector::v1;

// How much of the host table the connector gets to see.
enum class HostAge { kOlder, kCurrent, kNewer };

// What came of a call.
struct Outcome {
  entrepot_status status = ENTREPOT_OK;
  // The reason given with a failure; else why the answer breaks the contract.
  std::string reason;
  bool ok() const { return status >= 0 && reason.empty(); }
  // "BAD_DATA: the cursor …".
  std::string Text() const;
};

// One instance. Calls by one thread; Interrupt by any.
class Driver {
 public:
  explicit Driver(const entrepot_connector& table, HostAge age = HostAge::kCurrent);
  // Destroys the instance, closed or not.
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Did `create` give an instance?
  bool created() const { return instance_ != nullptr; }
  // No answer gets memory while this is set.
  void RefuseMemory(bool refuse) { refuse_memory_ = refuse; }
  // As the hub does it: the call is marked, then the connector is told.
  void Interrupt();

  // `answer` may be null.
  Outcome CallBytes(entrepot_method method, std::string_view request,
                    google::protobuf::MessageLite* answer);
  Outcome Call(entrepot_method method, const google::protobuf::MessageLite& request,
               google::protobuf::MessageLite* answer) {
    return CallBytes(method, request.SerializeAsString(), answer);
  }

  const entrepot_connector& table() const { return table_; }
  // Everything that it logged or gave as a reason.
  std::string Said();

 private:
  static void Log(const entrepot_host* host, int32_t level, entrepot_view message) noexcept;
  static int32_t Cancelled(const entrepot_host* host, entrepot_call* call) noexcept;
  static const void* Extension(const entrepot_host* host, const char* name) noexcept;

  const entrepot_connector& table_;
  std::vector<uint64_t> host_memory_;  // a host table with unusable words behind it
  void* instance_ = nullptr;
  bool refuse_memory_ = false;
  host::AnswerMemory memory_;

  std::mutex mutex_;  // guards what follows
  entrepot_call* running_ = nullptr;
  std::string said_;
};

}  // namespace entrepot::conformance
