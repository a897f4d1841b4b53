#include "core/trade/answers.h"

#include <fmt/core.h>

#include "core/base/digest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/kind.h"

namespace entrepot::trade {

KeptAnswer::KeptAnswer(std::string_view method, std::string_view request_id,
                       const google::protobuf::Message& request)
    : method_(method), request_id_(request_id) {
  std::string bytes = method_;
  domain::AppendCanonicalBytes(request, &bytes);
  digest_ = DigestOf64(bytes);
}

absl::StatusOr<bool> KeptAnswer::Find(const store::Transaction& transaction,
                                      google::protobuf::Message* response) const {
  ASSIGN_OR_RETURN(const auto answer, transaction.FindAnswer(request_id_));
  if (!answer) return false;
  if (answer->method != method_ || answer->request_digest != digest_) {
    return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                   fmt::format("request_id: \"{}\" was used for another request ({}); give each "
                               "request an id of its own",
                               request_id_, answer->method));
  }
  if (!response->ParseFromString(answer->bytes)) {
    return Failure(
        absl::StatusCode::kDataLoss, "STORE_CORRUPT",
        fmt::format("the answer kept for request id \"{}\" cannot be read", request_id_));
  }
  return true;
}

absl::Status KeptAnswer::Save(store::Transaction& transaction,
                              const google::protobuf::Message& response) const {
  return transaction.SaveAnswer(request_id_, method_, digest_, response.SerializeAsString());
}

std::string ClientOrderKey(uint64_t client_id, std::string_view client_order_number) {
  return fmt::format("\nclient {} order {}", client_id, client_order_number);
}

}  // namespace entrepot::trade
