#include "plugins/host/plugin_connection.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/retry_after.h"
#include "core/base/status_macros.h"

namespace entrepot::host {
namespace {

namespace contract = ::entrepot::connector::v1;

// An interrupted call that returns later than this is worth a line in the log.
constexpr int64_t kLateReturnNs = 2'000'000'000;

int64_t MonotonicNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Meaning {
  absl::StatusCode code;
  const char* reason;
};

Meaning MeaningOf(entrepot_status status) {
  switch (status) {
    case ENTREPOT_UNAVAILABLE: return {absl::StatusCode::kUnavailable, "CONNECTOR_UNAVAILABLE"};
    case ENTREPOT_RATE_LIMITED:
      return {absl::StatusCode::kResourceExhausted, "CONNECTOR_RATE_LIMITED"};
    case ENTREPOT_DENIED: return {absl::StatusCode::kPermissionDenied, "CONNECTOR_DENIED"};
    case ENTREPOT_BAD_CONFIGURATION:
      return {absl::StatusCode::kInvalidArgument, "CONNECTOR_BAD_CONFIGURATION"};
    case ENTREPOT_BAD_DATA: return {absl::StatusCode::kDataLoss, "CONNECTOR_BAD_DATA"};
    case ENTREPOT_INTERRUPTED: return {absl::StatusCode::kCancelled, "CONNECTOR_INTERRUPTED"};
    case ENTREPOT_UNSUPPORTED: return {absl::StatusCode::kUnimplemented, "CONNECTOR_UNSUPPORTED"};
    default: return {absl::StatusCode::kInternal, "CONNECTOR_FAULT"};
  }
}

log::Level LevelOf(int32_t level) {
  if (level <= ENTREPOT_LOG_DEBUG) return log::Level::kDebug;
  if (level == ENTREPOT_LOG_INFO) return log::Level::kInfo;
  return level == ENTREPOT_LOG_WARNING ? log::Level::kWarn : log::Level::kError;
}

const void* NoExtension(const entrepot_host*, const char*) noexcept { return nullptr; }

}  // namespace

PluginConnection::PluginConnection(std::shared_ptr<const Library> library,
                                   const contract::OpenRequest& request, size_t answer_bytes_max)
    : library_(std::move(library)),
      connection_(request.connection()),
      redaction_(library_->manifest(), request),
      answer_bytes_max_(answer_bytes_max) {
  host_.struct_size = sizeof(host_);
  host_.abi_major = ENTREPOT_ABI_MAJOR;
  host_.abi_minor = ENTREPOT_ABI_MINOR;
  host_.context = this;
  host_.log = Log;
  host_.cancelled = Cancelled;
  host_.alloc = AllocateAnswer;
  host_.fail = NoteFailure;
  host_.get_extension = NoExtension;
}

absl::StatusOr<std::unique_ptr<PluginConnection>> PluginConnection::Open(
    std::shared_ptr<const Library> library, const contract::OpenRequest& request,
    size_t answer_bytes_max) {
  std::unique_ptr<PluginConnection> connection(
      new PluginConnection(std::move(library), request, answer_bytes_max));
  connection->instance_ = connection->library_->table().create(&connection->host_);
  if (connection->instance_ == nullptr) {
    return connection->Fault("create",
                             "it gave no instance: out of memory, or it needs a newer hub");
  }
  contract::OpenRequest chosen = request;
  chosen.set_contract(connection->library_->contract());
  contract::OpenResponse response;
  RETURN_IF_ERROR(
      connection->Invoke("open", connection->library_->table().open, chosen, &response));
  connection->open_ = true;
  return connection;
}

PluginConnection::~PluginConnection() {
  if (instance_ == nullptr) return;
  if (open_) {
    contract::CloseResponse response;
    const absl::Status status =
        Invoke("close", library_->table().close, contract::CloseRequest(), &response);
    if (!status.ok()) {
      log::Warn("a connector did not close well", {{"connection", connection_}, {"error", status}});
    }
  }
  library_->table().destroy(instance_);
}

absl::Status PluginConnection::Check(contract::CheckResponse* response) {
  return Invoke("check", library_->table().check, contract::CheckRequest(), response);
}
absl::Status PluginConnection::Discover(contract::DiscoverResponse* response) {
  return Invoke("discover", library_->table().discover, contract::DiscoverRequest(), response);
}
absl::Status PluginConnection::Read(const contract::ReadRequest& request,
                                    contract::ReadResponse* response) {
  return Invoke("read", library_->table().read, request, response);
}
absl::Status PluginConnection::ReadBatch(const contract::ReadRequest& request,
                                         sync::SourceBatch* batch) {
  batch->Clear();
  return Call("read", library_->table().read, request,
              contract::ReadResponse::descriptor()->full_name(),
              [batch](entrepot_view answer) { return batch->DecodeHead(TextOf(answer)); });
}
absl::Status PluginConnection::Wait(const contract::WaitRequest& request,
                                    contract::WaitResponse* response) {
  const entrepot_connector& table = library_->table();
  return Invoke("wait", ENTREPOT_HAS(&table, wait) ? table.wait : nullptr, request, response);
}
absl::Status PluginConnection::Apply(const contract::ApplyRequest& request,
                                     contract::ApplyResponse* response) {
  return Invoke("apply", library_->table().apply, request, response);
}
absl::Status PluginConnection::Find(const contract::FindRequest& request,
                                    contract::FindResponse* response) {
  return Invoke("find", library_->table().find, request, response);
}
absl::Status PluginConnection::List(const contract::ListRequest& request,
                                    contract::ListResponse* response) {
  return Invoke("list", library_->table().list, request, response);
}

// Under the mutex, so that the call cannot end, and the instance not go away, in between.
void PluginConnection::Interrupt() {
  const std::lock_guard lock(running_mutex_);
  if (running_ == nullptr) return;
  running_->cancelled = true;
  if (interrupted_ns_ == 0) interrupted_ns_ = MonotonicNs();
  library_->table().interrupt(instance_);
}

absl::Status PluginConnection::Invoke(std::string_view verb, entrepot_method method,
                                      const google::protobuf::MessageLite& request,
                                      google::protobuf::MessageLite* response) {
  response->Clear();
  return Call(verb, method, request, response->GetTypeName(), [response](entrepot_view answer) {
    if (response->ParseFromArray(answer.data, static_cast<int>(answer.size))) return true;
    response->Clear();
    return false;
  });
}

absl::Status PluginConnection::Call(std::string_view verb, entrepot_method method,
                                    const google::protobuf::MessageLite& request,
                                    std::string_view type, const Decode& decode) {
  if (method == nullptr) {
    return Failure(absl::StatusCode::kUnimplemented, "CONNECTOR_UNSUPPORTED",
                   fmt::format("connector {} has no '{}'", library_->manifest().id(), verb));
  }
  const std::lock_guard serial(serial_);
  memory_.Reset();
  if (!request.SerializeToString(&request_bytes_)) return Fault(verb, "the request is too large");
  entrepot_call call(&memory_, answer_bytes_max_);
  {
    const std::lock_guard lock(running_mutex_);
    running_ = &call;
    interrupted_ns_ = 0;
  }
  entrepot_view answer = {nullptr, 0};
  const entrepot_status status = method(instance_, &call, ViewOf(request_bytes_), &answer);
  {
    const std::lock_guard lock(running_mutex_);
    running_ = nullptr;
    if (interrupted_ns_ != 0) ReportLateReturn(verb);
  }
  if (status < 0) return Failed(verb, status, call);
  if (answer.size == 0) return absl::OkStatus();
  if (!memory_.Holds(answer)) {
    return Fault(verb, "its answer does not lie in memory that the hub gave");
  }
  if (!decode(answer)) {
    return Fault(verb, fmt::format("its answer of {} bytes is no valid {}: malformed, or a text in "
                                   "it is not UTF-8",
                                   answer.size, type));
  }
  return absl::OkStatus();
}

void PluginConnection::ReportLateReturn(std::string_view verb) const {
  const int64_t took_ns = MonotonicNs() - interrupted_ns_;
  if (took_ns < kLateReturnNs) return;
  log::Warn("a connector was slow to return after it had been interrupted",
            {{"connection", connection_}, {"call", verb}, {"ms", took_ns / 1'000'000}});
}

absl::Status PluginConnection::Failed(std::string_view verb, entrepot_status status,
                                      const entrepot_call& call) const {
  std::string why = redaction_.Clean(call.reason);
  if (why.empty()) {
    why = fmt::format("'{}' failed with status {} and gave no reason", verb, status);
  }
  if (call.allocation_refused) {
    why += fmt::format(" (an answer may have {} bytes at the most)", answer_bytes_max_);
  }
  const Meaning meaning = MeaningOf(status);
  absl::Status failure =
      Failure(meaning.code, meaning.reason, fmt::format("{}: {}", library_->manifest().id(), why));
  if (call.retry_after_ms >= 0) SetRetryAfter(&failure, absl::Milliseconds(call.retry_after_ms));
  return failure;
}

absl::Status PluginConnection::Fault(std::string_view verb, std::string_view what) const {
  return Failure(absl::StatusCode::kInternal, "CONNECTOR_FAULT",
                 fmt::format("{}: a mistake in the connector, in '{}': {}",
                             library_->manifest().id(), verb, what));
}

void PluginConnection::Log(const entrepot_host* host, int32_t level,
                           entrepot_view message) noexcept {
  try {
    const auto& self = *static_cast<const PluginConnection*>(host->context);
    log::Write(LevelOf(level), self.redaction_.Clean(TextOf(message)),
               {{"connection", self.connection_}, {"connector", self.library_->manifest().id()}});
  } catch (...) {
    // A line of the log is not worth the hub.
  }
}

int32_t PluginConnection::Cancelled(const entrepot_host*, entrepot_call* call) noexcept {
  return call->cancelled ? 1 : 0;
}

}  // namespace entrepot::host
