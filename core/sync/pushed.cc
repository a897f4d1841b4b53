#include "core/sync/pushed.h"

#include <fmt/core.h>

#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// Kept with the bases, under a name that no dataset can have.
std::string BookOf(std::string_view dataset) { return fmt::format("{} pushed", dataset); }
std::string KeyOf(uint64_t record_id) { return fmt::format("#{}", record_id); }

}  // namespace

absl::Status SetPushed(store::Transaction& tx, std::string_view dataset, uint64_t record_id,
                       const std::vector<uint64_t>& digests) {
  return tx.SetBase(BookOf(dataset), KeyOf(record_id), {record_id, digests});
}

absl::Status ForgetPushed(store::Transaction& tx, std::string_view dataset, uint64_t record_id) {
  return tx.SetBase(BookOf(dataset), KeyOf(record_id), {});
}

absl::StatusOr<std::vector<uint64_t>> PushedOf(const store::Transaction& tx,
                                               std::string_view dataset, uint64_t record_id) {
  ASSIGN_OR_RETURN(auto base, tx.FindBase(BookOf(dataset), KeyOf(record_id)));
  if (!base) return std::vector<uint64_t>();
  return std::move(base->digests);
}

}  // namespace entrepot::sync
