#include "core/trade/records.h"

#include <fmt/core.h>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::trade {

absl::StatusOr<v1::Record> GetRecord(const store::Reader& reader, uint64_t id) {
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (record) return *std::move(record);
  return Failure(absl::StatusCode::kDataLoss, "STORE_CORRUPT",
                 fmt::format("record {} is referred to and is not in the store", id));
}

absl::StatusOr<std::optional<v1::Record>> FindRecord(const store::Reader& reader, domain::Kind kind,
                                                     const google::protobuf::Message& key) {
  ASSIGN_OR_RETURN(const auto id,
                   reader.FindByKey(kind, domain::KeyBytes(domain::InfoOf(kind), key)));
  if (!id) return std::nullopt;
  ASSIGN_OR_RETURN(v1::Record record, GetRecord(reader, *id));
  if (record.deleted()) return std::nullopt;
  return record;
}

absl::StatusOr<std::optional<v1::Record>> FindOrder(const store::Reader& reader,
                                                    const std::string& number) {
  v1::Order key;
  key.set_number(number);
  return FindRecord(reader, v1::Record::kOrder, key);
}

absl::StatusOr<std::optional<v1::Record>> FindStockRequest(const store::Reader& reader,
                                                           const std::string& number) {
  v1::StockRequest key;
  key.set_number(number);
  return FindRecord(reader, v1::Record::kStockRequest, key);
}

absl::StatusOr<uint64_t> PutRecord(store::Transaction& transaction, domain::Kind kind, uint64_t id,
                                   const google::protobuf::Message& body, std::string_view origin) {
  ASSIGN_OR_RETURN(
      const store::PutResult result,
      transaction.Put({.kind = kind, .id = id, .body = &body, .covers = {}, .origin = origin}));
  return result.id;
}

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

std::string_view PersonOf(std::string_view origin) {
  return origin.substr(origin.find(':') + 1);  // npos + 1 is 0: all of it
}

}  // namespace entrepot::trade
