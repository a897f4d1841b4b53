// The record that a RecordName names.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::api {

// NOT_FOUND (RECORD_NOT_FOUND: there is none with this key; ids are taken as they are);
// INVALID_ARGUMENT (UNKNOWN_KIND); errors of the store.
absl::StatusOr<uint64_t> IdOf(const store::Reader& reader, const v1::RecordName& name);

// Its id, kind and key; without the last two where it is not there.
absl::StatusOr<v1::RecordName> NameOf(const store::Reader& reader, uint64_t id);

absl::Status NoRecord(std::string_view what);

}  // namespace entrepot::api
