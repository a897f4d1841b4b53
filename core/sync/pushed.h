// What was sent to a dataset that is read too, while it is not yet known what became of it: it may
// come back as a change before the answer is saved, and must not undo what the hub has done since.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/transaction.h"

namespace entrepot::sync {

// All are of `dataset`, by its path. Errors of the store.
absl::Status SetPushed(store::Transaction& tx, std::string_view dataset, uint64_t record_id,
                       const std::vector<uint64_t>& digests);
// It is known now.
absl::Status ForgetPushed(store::Transaction& tx, std::string_view dataset, uint64_t record_id);
// Empty: nothing is under way.
absl::StatusOr<std::vector<uint64_t>> PushedOf(const store::Transaction& tx,
                                               std::string_view dataset, uint64_t record_id);

}  // namespace entrepot::sync
