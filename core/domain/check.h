// What must be true of every record, whoever writes it. The only place that knows the kinds' own
// rules; a new kind gets its overload here, and the compiler asks for it. Pure, thread-safe.
#pragma once

#include "absl/status/status.h"
#include "core/domain/kind.h"
#include "entrepot/v1/record.pb.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

// OK, or INVALID_ARGUMENT (INVALID_RECORD) whose message starts with the field: "on_hand: …",
// "lines[2].quantity: …". `body` is of that kind. Costs no allocation where all is well.
absl::Status Check(Kind kind, const google::protobuf::Message& body);

absl::Status Check(const v1::Client& client);
absl::Status Check(const v1::Contract& contract);
absl::Status Check(const v1::Product& product);
absl::Status Check(const v1::ProductRelation& relation);
absl::Status Check(const v1::Warehouse& warehouse);
absl::Status Check(const v1::StockLevel& level);
absl::Status Check(const v1::Supply& supply);
absl::Status Check(const v1::Price& price);
absl::Status Check(const v1::Order& order);
absl::Status Check(const v1::StockRequest& request);
absl::Status Check(const v1::Invoice& invoice);
absl::Status Check(const v1::Payment& payment);
absl::Status Check(const v1::AccountBalance& balance);

}  // namespace entrepot::domain
