#include "core/store/copy.h"

#include "core/base/status_macros.h"
#include "core/store/database.h"
#include "core/store/durable_file.h"

namespace entrepot::store {
namespace {

constexpr char kFile[] = "entrepot.db";
constexpr int kCacheKib = 2048;

}  // namespace

absl::Status CopyStore(const std::filesystem::path& folder, const std::filesystem::path& target) {
  RETURN_IF_ERROR(CheckSpace(target, StoreBytes(folder / kFile)));
  RETURN_IF_ERROR(MakePrivateFile(target / kFile));
  ASSIGN_OR_RETURN(const auto from,
                   Connection::Open(folder / kFile, Connection::Mode::kReadOnly, kCacheKib));
  ASSIGN_OR_RETURN(const auto to,
                   Connection::Open(target / kFile, Connection::Mode::kScratch, kCacheKib));
  return from->CopyTo(*to, [](int64_t, int64_t) {});
}

}  // namespace entrepot::store
