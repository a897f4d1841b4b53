// One open connection of a loaded plugin: core/sync's Connector over the C table, in this process.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sync/ports.h"
#include "plugins/abi/entrepot_connector.h"
#include "plugins/host/call_frame.h"
#include "plugins/host/library.h"
#include "plugins/host/redaction.h"

namespace entrepot::host {

// An answer of more bytes fails the call.
inline constexpr size_t kAnswerBytesMax = 512u << 20;

// Serialises all calls but Interrupt, so any thread may call. Every error's message begins with the
// connector's id and has no secret in it; reasons are CONNECTOR_UNAVAILABLE,
// CONNECTOR_RATE_LIMITED (with the time of core/base/retry_after.h), CONNECTOR_DENIED,
// CONNECTOR_BAD_CONFIGURATION, CONNECTOR_BAD_DATA, CONNECTOR_INTERRUPTED, CONNECTOR_UNSUPPORTED and
// CONNECTOR_FAULT (a mistake in the connector).
class PluginConnection final : public sync::Connector {
 public:
  // Creates an instance and opens it. Errors as sync::Connector.
  static absl::StatusOr<std::unique_ptr<PluginConnection>> Open(
      std::shared_ptr<const Library> library, const connector::v1::OpenRequest& request,
      size_t answer_bytes_max = kAnswerBytesMax);
  ~PluginConnection() override;

  const connector::v1::Manifest& manifest() const override { return library_->manifest(); }
  absl::Status Check(connector::v1::CheckResponse* response) override;
  absl::Status Discover(connector::v1::DiscoverResponse* response) override;
  absl::Status Read(const connector::v1::ReadRequest& request,
                    connector::v1::ReadResponse* response) override;
  absl::Status ReadBatch(const connector::v1::ReadRequest& request,
                         sync::SourceBatch* batch) override;
  absl::Status Wait(const connector::v1::WaitRequest& request,
                    connector::v1::WaitResponse* response) override;
  absl::Status Apply(const connector::v1::ApplyRequest& request,
                     connector::v1::ApplyResponse* response) override;
  absl::Status Find(const connector::v1::FindRequest& request,
                    connector::v1::FindResponse* response) override;
  absl::Status List(const connector::v1::ListRequest& request,
                    connector::v1::ListResponse* response) override;
  void Interrupt() override;

 private:
  PluginConnection(std::shared_ptr<const Library> library,
                   const connector::v1::OpenRequest& request, size_t answer_bytes_max);

  // Reads an answer's bytes. False: they are malformed.
  using Decode = std::function<bool(entrepot_view answer)>;
  // Calls `method` with the request's bytes and has the answer decoded, if there is one. `type` is
  // the answer's; it and `verb` are for messages.
  absl::Status Call(std::string_view verb, entrepot_method method,
                    const google::protobuf::MessageLite& request, std::string_view type,
                    const Decode& decode);
  // The same into `response`, which is cleared first and filled only on success.
  absl::Status Invoke(std::string_view verb, entrepot_method method,
                      const google::protobuf::MessageLite& request,
                      google::protobuf::MessageLite* response);
  absl::Status Failed(std::string_view verb, entrepot_status status,
                      const entrepot_call& call) const;
  absl::Status Fault(std::string_view verb, std::string_view what) const;
  void ReportLateReturn(std::string_view verb) const;

  static void Log(const entrepot_host* host, int32_t level, entrepot_view message) noexcept;
  static int32_t Cancelled(const entrepot_host* host, entrepot_call* call) noexcept;

  const std::shared_ptr<const Library> library_;
  const std::string connection_;
  const Redaction redaction_;
  const size_t answer_bytes_max_;
  entrepot_host host_ = {};
  void* instance_ = nullptr;
  bool open_ = false;

  std::mutex serial_;  // held for the length of a call; guards what follows
  AnswerMemory memory_;
  std::string request_bytes_;

  std::mutex running_mutex_;  // guards what follows
  entrepot_call* running_ = nullptr;
  int64_t interrupted_ns_ = 0;  // monotonic; 0: the running call was not interrupted
};

}  // namespace entrepot::host
