#include "core/api/call.h"

#include <exception>
#include <string_view>

#include "core/base/log.h"

namespace entrepot::api {

std::string MethodOf(const google::protobuf::Descriptor& request) {
  constexpr std::string_view kEnding = "Request";
  const std::string& name = request.name();
  return name.ends_with(kEnding) ? name.substr(0, name.size() - kEnding.size()) : name;
}

absl::Status StopExceptions(const std::function<absl::Status()>& work) {
  try {
    absl::Status status = work();
    if (status.code() == absl::StatusCode::kInternal) log::Error("call failed", {{"why", status}});
    return status;
  } catch (const std::exception& exception) {
    log::Error("call threw", {{"what", exception.what()}});
    return absl::InternalError(exception.what());
  } catch (...) {
    log::Error("call threw", {{"what", "something that is no std::exception"}});
    return absl::InternalError("unknown exception");
  }
}

}  // namespace entrepot::api
