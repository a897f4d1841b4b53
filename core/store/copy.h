// A copy of the store beside it, in which a sync can be tried out.
#pragma once

#include <filesystem>

#include "absl/status/status.h"

namespace entrepot::store {

// Copies the store in `folder`, as of one moment, into `target`, an empty folder: Store::Open opens
// it there. Whoever writes meanwhile does not wait. The copy is not written to the disk for good:
// it does not outlive a power cut. UNAVAILABLE (STORE_FULL, STORE_IO, STORE_BUSY), DATA_LOSS
// (STORE_CORRUPT).
absl::Status CopyStore(const std::filesystem::path& folder, const std::filesystem::path& target);

}  // namespace entrepot::store
