#include "core/base/reason.h"

#include "absl/strings/cord.h"

namespace entrepot {
namespace {
constexpr std::string_view kPayload = "entrepot/reason";
}  // namespace

absl::Status Failure(absl::StatusCode code, std::string_view reason, std::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kPayload, absl::Cord(reason));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  if (auto payload = status.GetPayload(kPayload)) return std::string(*payload);
  return absl::StatusCodeToString(status.code());
}

}  // namespace entrepot
