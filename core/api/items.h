// The store's books as messages of entrepot.v1. Pure.
#pragma once

#include "absl/time/time.h"
#include "core/store/items.h"
#include "entrepot/v1/operation_service.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace entrepot::api {

void ToProto(absl::Time time, google::protobuf::Timestamp* proto);
void ToProto(const store::Run& run, v1::Run* proto);
void ToProto(const store::ParkedItem& item, v1::ParkedItem* proto);
void ToProto(const store::DeadLetter& letter, v1::DeadLetter* proto);

}  // namespace entrepot::api
