#include "core/base/reason.h"

#include "absl/strings/cord.h"
#include "core/base/absl_view.h"

namespace entrepot {
namespace {
constexpr char kPayload[] = "entrepot/reason";
}  // namespace

absl::Status Failure(absl::StatusCode code, std::string_view reason, std::string_view message) {
  absl::Status status(code, AbslView(message));
  status.SetPayload(kPayload, absl::Cord(AbslView(reason)));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  if (auto payload = status.GetPayload(kPayload)) return std::string(*payload);
  return absl::StatusCodeToString(status.code());
}

}  // namespace entrepot
