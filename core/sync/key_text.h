// Keys as people write them: "BOLT-M8-40/MAIN". References stand in them by the key of the record
// they refer to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/snapshot.h"
#include "google/protobuf/message.h"

namespace entrepot::sync {

// The id of the record with this key, deleted ones included; nothing: there is none, or the text
// is no key of the kind. Errors: as store::Reader.
absl::StatusOr<std::optional<uint64_t>> FindByKeyText(const store::Reader& reader,
                                                      const domain::KindInfo& info,
                                                      std::string_view text);

// The key of a body, with references as keys; "#<id>" where the record is not there.
absl::StatusOr<std::string> KeyTextOf(const store::Reader& reader, const domain::KindInfo& info,
                                      const google::protobuf::Message& body);

}  // namespace entrepot::sync
