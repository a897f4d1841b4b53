// Answers kept beside request ids, so that a repeated request gets the first answer again
// (decision 12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/store/store.h"
#include "core/trade/faults.h"
#include "google/protobuf/message.h"

namespace entrepot::trade {

// One request of one method, as its answer is kept.
class KeptAnswer {
 public:
  KeptAnswer(std::string_view method, std::string_view request_id,
             const google::protobuf::Message& request);

  // Fills `response` with the first answer and returns true where there is one. INVALID_ARGUMENT
  // (REQUEST_ID_REUSED) where the id was used for another request.
  absl::StatusOr<bool> Find(const store::Transaction& transaction,
                            google::protobuf::Message* response) const;
  absl::Status Save(store::Transaction& transaction,
                    const google::protobuf::Message& response) const;

 private:
  std::string method_;
  std::string request_id_;
  uint64_t digest_;
};

// The same under the client's own order number, whatever else the request says. The key cannot be
// anybody's request id.
std::string ClientOrderKey(uint64_t client_id, std::string_view client_order_number);

// One transaction: the kept answer where there is one, else what `work(transaction, &response)`
// does and answers. `work` returns a Status and may be called twice (see Store::Work).
template <typename Response, typename Request, typename Work>
absl::StatusOr<Response> WriteOnce(store::Store& store, std::string_view method,
                                   const Request& request, Work work) {
  RETURN_IF_ERROR(faults::CheckRequestId(request.request_id()));
  const KeptAnswer kept(method, request.request_id(), request);
  Response response;
  RETURN_IF_ERROR(store.Write([&](store::Transaction& transaction) -> absl::Status {
    response.Clear();
    ASSIGN_OR_RETURN(const bool repeated, kept.Find(transaction, &response));
    if (repeated) return absl::OkStatus();
    RETURN_IF_ERROR(work(transaction, &response));
    return kept.Save(transaction, response);
  }));
  return response;
}

}  // namespace entrepot::trade
