// Answers kept beside request ids, so that a repeated request gets the first answer again
// (decision 12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/transaction.h"
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

}  // namespace entrepot::trade
