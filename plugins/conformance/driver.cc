#include "plugins/conformance/driver.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace entrepot::conformance {
namespace {

constexpr size_t kAnswerBytesMax = 256u << 20;
// Words behind the host table, and what fills them: no valid pointer, so using one crashes.
constexpr size_t kExtraWords = 16;
constexpr uint64_t kPoison = 0xAAAA'AAAA'AAAA'AAAA;

// A request as the connector sees it.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::string_view bytes) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t usable = (bytes.size() + page - 1) / page * page;
    size_ = usable + page;
    base_ = static_cast<uint8_t*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED) abort();
    uint8_t* at = base_ + usable - bytes.size();
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    mprotect(base_ + usable, page, PROT_NONE);
    if (usable > 0) mprotect(base_, usable, PROT_READ);
    view_ = {at, bytes.size()};
  }
  ~GuardedBytes() { munmap(base_, size_); }
  entrepot_view view() const { return view_; }

 private:
  uint8_t* base_;
  size_t size_;
  entrepot_view view_;
};

const char* NameOf(entrepot_status status) {
  switch (status) {
    case ENTREPOT_UNAVAILABLE: return "UNAVAILABLE";
    case ENTREPOT_RATE_LIMITED: return "RATE_LIMITED";
    case ENTREPOT_DENIED: return "DENIED";
    case ENTREPOT_BAD_CONFIGURATION: return "BAD_CONFIGURATION";
    case ENTREPOT_BAD_DATA: return "BAD_DATA";
    case ENTREPOT_INTERRUPTED: return "INTERRUPTED";
    case ENTREPOT_UNSUPPORTED: return "UNSUPPORTED";
    case ENTREPOT_INTERNAL: return "INTERNAL";
    default: return "a status that the contract does not know";
  }
}

}  // namespace

std::string Outcome::Text() const {
  if (status >= 0) return reason;
  if (reason.empty()) return fmt::format("{} without a reason", NameOf(status));
  return fmt::format("{}: {}", NameOf(status), reason);
}

Driver::Driver(const entrepot_connector& table, HostAge age) : table_(table) {
  host_memory_.assign(sizeof(entrepot_host) / sizeof(uint64_t) + kExtraWords, kPoison);
  entrepot_host host = {};
  host.struct_size = sizeof(host);
  host.abi_major = ENTREPOT_ABI_MAJOR;
  host.abi_minor = ENTREPOT_ABI_MINOR;
  host.context = this;
  host.log = Log;
  host.cancelled = Cancelled;
  host.alloc = host::AllocateAnswer;
  host.fail = host::NoteFailure;
  host.get_extension = Extension;
  size_t given = sizeof(host);
  if (age == HostAge::kOlder) {
    given = offsetof(entrepot_host, get_extension);
    host.struct_size = static_cast<uint32_t>(given);
  } else if (age == HostAge::kNewer) {
    host.struct_size += kExtraWords * sizeof(uint64_t);
    host.abi_minor += 7;
  }
  std::memcpy(host_memory_.data(), &host, given);
  instance_ = table_.create(reinterpret_cast<const entrepot_host*>(host_memory_.data()));
}

Driver::~Driver() {
  if (instance_ != nullptr) table_.destroy(instance_);
}

void Driver::Interrupt() {
  const std::lock_guard lock(mutex_);
  if (running_ == nullptr) return;
  running_->cancelled = true;
  table_.interrupt(instance_);
}

Outcome Driver::CallBytes(entrepot_method method, std::string_view request,
                          google::protobuf::MessageLite* answer) {
  if (answer != nullptr) answer->Clear();
  memory_.Reset();
  entrepot_call call(&memory_, refuse_memory_ ? 0 : kAnswerBytesMax);
  {
    const std::lock_guard lock(mutex_);
    running_ = &call;
  }
  entrepot_view response = {nullptr, 0};
  Outcome outcome;
  {
    const GuardedBytes bytes(request);
    outcome.status = method(instance_, &call, bytes.view(), &response);
  }
  {
    const std::lock_guard lock(mutex_);
    running_ = nullptr;
    said_ += call.reason + "\n";
  }
  outcome.reason = call.reason;
  if (outcome.status < 0) return outcome;
  outcome.reason.clear();
  if (response.size > 0 && !memory_.Holds(response)) {
    outcome.reason = "the answer does not lie in memory from alloc";
  } else if (answer != nullptr &&
             !answer->ParseFromArray(response.data, static_cast<int>(response.size))) {
    outcome.reason = fmt::format("the answer is no valid {}", answer->GetTypeName());
  }
  return outcome;
}

std::string Driver::Said() {
  const std::lock_guard lock(mutex_);
  return said_;
}

void Driver::Log(const entrepot_host* host, int32_t, entrepot_view message) noexcept {
  auto& self = *static_cast<Driver*>(host->context);
  const std::lock_guard lock(self.mutex_);
  self.said_.append(host::TextOf(message)).append("\n");
}

int32_t Driver::Cancelled(const entrepot_host*, entrepot_call* call) noexcept {
  return call->cancelled ? 1 : 0;
}

const void* Driver::Extension(const entrepot_host*, const char*) noexcept { return nullptr; }

}  // namespace entrepot::conformance
