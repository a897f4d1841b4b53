// Records of ordinary kinds: one row each, with a unique index on the key.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/database.h"

namespace entrepot::store {

struct OrdinaryRecord {
  uint64_t id = 0;
  domain::Kind kind{};
  std::string key;  // domain::KeyBytes
  uint64_t revision = 0;
  uint64_t last_seq = 0;
  int64_t changed_at = 0;
  uint32_t origin = 0;
  bool deleted = false;
  std::string body;  // canonical bytes
};

// False: there is none with this id.
absl::StatusOr<bool> FindOrdinary(Connection& db, uint64_t id, OrdinaryRecord* record);
// 0: there is none.
absl::StatusOr<uint64_t> FindOrdinaryByKey(Connection& db, domain::Kind kind,
                                           std::string_view key_bytes);
absl::Status InsertOrdinary(Connection& db, const OrdinaryRecord& record);
absl::Status UpdateOrdinary(Connection& db, const OrdinaryRecord& record);

// All of a kind, ids above `after` ascending (below it, descending; 0: from the end), until `visit`
// returns false.
using OrdinaryVisitor = std::function<bool(const OrdinaryRecord& record)>;
absl::Status ScanOrdinary(Connection& db, domain::Kind kind, uint64_t after, bool descending,
                          const OrdinaryVisitor& visit);

}  // namespace entrepot::store
