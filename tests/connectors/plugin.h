// A connector's shared object, driven through nothing but the C ABI: what its tests see is what the
// hub sees. Requests and answers are protobuf messages; memory for answers is kept per call.
#pragma once

#include <dlfcn.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "entrepot/connector/v1/connector.pb.h"
#include "plugins/abi/entrepot_connector.h"

namespace entrepot::test {

namespace connector = ::entrepot::connector::v1;

// The answer to one call: a status, and the reason where it failed.
struct Outcome {
  entrepot_status status = ENTREPOT_OK;
  std::string message;
  bool ok() const { return status == ENTREPOT_OK; }
};

class Plugin {
 public:
  // Loads the shared object and makes one instance.
  explicit Plugin(const std::string& path) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<const entrepot_connector* (*)(uint32_t)>(
        dlsym(library, ENTREPOT_ENTRY_NAME));
    if (entry == nullptr) throw std::runtime_error(path + " exports no entry");
    table_ = entry(ENTREPOT_ABI_MINOR);
    host_.struct_size = sizeof(host_);
    host_.abi_major = ENTREPOT_ABI_MAJOR;
    host_.abi_minor = ENTREPOT_ABI_MINOR;
    host_.context = this;
    host_.log = &Log;
    host_.cancelled = [](const entrepot_host*, entrepot_call*) -> int32_t { return 0; };
    host_.alloc = &Alloc;
    host_.fail = &Fail;
    host_.get_extension = [](const entrepot_host*, const char*) -> const void* { return nullptr; };
    instance_ = table_->create(&host_);
  }
  ~Plugin() { table_->destroy(instance_); }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  connector::Manifest manifest() const {
    connector::Manifest manifest;
    manifest.ParseFromArray(table_->manifest.data, static_cast<int>(table_->manifest.size));
    return manifest;
  }

  Outcome Open(const connector::OpenRequest& request) {
    connector::OpenResponse response;
    return Invoke(table_->open, request, &response);
  }
  Outcome Check(connector::CheckResponse* response) {
    return Invoke(table_->check, connector::CheckRequest(), response);
  }
  Outcome Discover(connector::DiscoverResponse* response) {
    return Invoke(table_->discover, connector::DiscoverRequest(), response);
  }
  Outcome Read(const connector::ReadRequest& request, connector::ReadResponse* response) {
    return Invoke(table_->read, request, response);
  }
  Outcome Apply(const connector::ApplyRequest& request, connector::ApplyResponse* response) {
    return Invoke(table_->apply, request, response);
  }
  Outcome Find(const connector::FindRequest& request, connector::FindResponse* response) {
    return Invoke(table_->find, request, response);
  }
  Outcome List(const connector::ListRequest& request, connector::ListResponse* response) {
    return Invoke(table_->list, request, response);
  }
  Outcome Wait(int64_t timeout_ms, bool* changed) {
    connector::WaitRequest request;
    request.mutable_timeout()->set_seconds(timeout_ms / 1000);
    request.mutable_timeout()->set_nanos(static_cast<int32_t>(timeout_ms % 1000) * 1'000'000);
    connector::WaitResponse response;
    const Outcome outcome = Invoke(table_->wait, request, &response);
    *changed = response.changed();
    return outcome;
  }
  // Any thread.
  void Interrupt() { table_->interrupt(instance_); }
  Outcome Close() {
    connector::CloseResponse response;
    return Invoke(table_->close, connector::CloseRequest(), &response);
  }

  // Warnings and errors that the connector has logged.
  std::vector<std::string> warnings;

 private:
  struct State {
    std::vector<std::unique_ptr<uint64_t[]>> memory;
    std::string message;
  };
  static State* Of(entrepot_call* call) { return reinterpret_cast<State*>(call); }

  static void Log(const entrepot_host* host, int32_t level, entrepot_view message) {
    if (level < ENTREPOT_LOG_WARNING) return;
    static_cast<Plugin*>(host->context)
        ->warnings.emplace_back(reinterpret_cast<const char*>(message.data), message.size);
  }
  static uint8_t* Alloc(entrepot_call* call, size_t size) {
    Of(call)->memory.push_back(std::make_unique<uint64_t[]>(size / 8 + 1));
    return reinterpret_cast<uint8_t*>(Of(call)->memory.back().get());
  }
  static entrepot_status Fail(entrepot_call* call, entrepot_status status, entrepot_view message,
                              int64_t) {
    Of(call)->message.assign(reinterpret_cast<const char*>(message.data), message.size);
    return status;
  }

  template <typename Request, typename Response>
  Outcome Invoke(entrepot_method method, const Request& request, Response* response) {
    if (method == nullptr) return {ENTREPOT_UNSUPPORTED, "not in the table"};
    State state;
    const std::string bytes = request.SerializeAsString();
    entrepot_view answer = {nullptr, 0};
    const entrepot_status status =
        method(instance_, reinterpret_cast<entrepot_call*>(&state),
               {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, &answer);
    response->Clear();
    if (status == ENTREPOT_OK &&
        !response->ParseFromArray(answer.data, static_cast<int>(answer.size))) {
      return {ENTREPOT_INTERNAL, "the answer is no valid message"};
    }
    return {status, state.message};
  }

  const entrepot_connector* table_ = nullptr;
  entrepot_host host_ = {};
  void* instance_ = nullptr;
};

inline void SetOption(google::protobuf::RepeatedPtrField<connector::Option>* options,
                      std::string_view name, std::string_view value) {
  connector::Option* const option = options->Add();
  option->set_name(std::string(name));
  option->set_value(std::string(value));
}

}  // namespace entrepot::test
