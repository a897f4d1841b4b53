// Reading and writing whole records in a transaction, with the errors of trade.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/domain/kind.h"
#include "core/store/transaction.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::trade {

// The record that has this id. DATA_LOSS (STORE_CORRUPT) where a document refers to one that is not
// there.
absl::StatusOr<v1::Record> GetRecord(const store::Reader& reader, uint64_t id);

// The record whose body has the key of `key`; nothing: there is none, or it is deleted.
absl::StatusOr<std::optional<v1::Record>> FindRecord(const store::Reader& reader, domain::Kind kind,
                                                     const google::protobuf::Message& key);
absl::StatusOr<std::optional<v1::Record>> FindOrder(const store::Reader& reader,
                                                    const std::string& number);
absl::StatusOr<std::optional<v1::Record>> FindStockRequest(const store::Reader& reader,
                                                           const std::string& number);

// Puts the whole body; id 0 makes a new record. Returns its id.
absl::StatusOr<uint64_t> PutRecord(store::Transaction& transaction, domain::Kind kind, uint64_t id,
                                   const google::protobuf::Message& body, std::string_view origin);

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* proto);

// "api:anna" → "anna".
std::string_view PersonOf(std::string_view origin);

}  // namespace entrepot::trade
