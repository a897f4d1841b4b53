#include "plugins/host/library.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstddef>
#include <deque>
#include <exception>
#include <fstream>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/base/digest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "plugins/host/inspection.h"

namespace entrepot::host {
namespace {

namespace fs = std::filesystem;

using EntryFunction = const entrepot_connector*(uint32_t);

absl::Status Refused(std::string_view name, std::string_view why) {
  return Failure(absl::StatusCode::kFailedPrecondition, "CONNECTOR_REFUSED",
                 fmt::format("{} {}", name, why));
}

absl::Status CopyFailed(const fs::path& copy, std::string_view why) {
  return Failure(absl::StatusCode::kInternal, "CONNECTOR_COPY_FAILED",
                 fmt::format("the connector cannot be copied to {}: {}", copy.string(), why));
}

bool Holds(const fs::path& file, std::string_view bytes) {
  std::error_code code;
  if (fs::file_size(file, code) != bytes.size() || code) return false;
  const absl::StatusOr<std::string> present = ReadPlugin(file);
  return present.ok() && *present == bytes;
}

// Written under another name first: a hub that dies here leaves no half copy under a name that the
// next one would load.
absl::Status WriteCopy(const fs::path& copy, std::string_view bytes) {
  if (Holds(copy, bytes)) return absl::OkStatus();
  std::error_code code;
  fs::create_directories(copy.parent_path(), code);
  if (code) return CopyFailed(copy, code.message());
  const fs::path part = copy.string() + ".part";
  fs::remove(part, code);  // of a hub that died; it may be read-only
  {
    std::ofstream stream(part, std::ios::binary | std::ios::trunc);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (!stream) return CopyFailed(copy, "it cannot be written");
  }
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_exec, code);
  fs::rename(part, copy, code);
  if (code) return CopyFailed(copy, code.message());
  return absl::OkStatus();
}

// Older copies are of no use to a later start; those still loaded keep their content.
void RemoveOtherCopies(const fs::path& copy) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(copy.parent_path(), code)) {
    if (entry.path() != copy) fs::remove(entry.path(), code);
  }
}

// Holds a library until the process ends, so that nothing of it is ever unloaded.
const boost::dll::shared_library& Keep(boost::dll::shared_library library) {
  static std::mutex mutex;
  static auto* const kept = new std::deque<boost::dll::shared_library>;  // references stay valid
  const std::lock_guard lock(mutex);
  return kept->emplace_back(std::move(library));
}

// The table; stays valid for good.
absl::StatusOr<const entrepot_connector*> LoadTable(const fs::path& file, const fs::path& copy) {
  namespace dll = boost::dll;
  const auto mode = static_cast<dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  try {
    const auto& library = Keep(dll::shared_library(fs::absolute(copy).string(), mode));
    const auto& entry = library.get<EntryFunction>(ENTREPOT_ENTRY_NAME);
    const entrepot_connector* table = entry(ENTREPOT_ABI_MINOR);
    if (table == nullptr) {
      return Refused(file.string(), fmt::format("gives no connector to this hub (ABI {}); it may "
                                                "need a newer hub",
                                                ENTREPOT_ABI_TEXT));
    }
    return table;
  } catch (const std::exception& error) {
    return Refused(file.string(), fmt::format("cannot be loaded: {}", error.what()));
  } catch (...) {
    return Refused(file.string(), "cannot be loaded");
  }
}

}  // namespace

absl::Status CheckTable(std::string_view name, const entrepot_connector& table) {
  if (table.abi_major != ENTREPOT_ABI_MAJOR) {
    return Refused(name, fmt::format("gives a table of ABI {}.{}; this hub speaks {}",
                                     table.abi_major, table.abi_minor, ENTREPOT_ABI_TEXT));
  }
  // Version 1.0 of the table ends with get_extension; later ones are longer.
  if (table.struct_size < offsetof(entrepot_connector, get_extension) + sizeof(void*)) {
    return Refused(name, "gives a table that is too short for its ABI");
  }
  if (table.create == nullptr || table.destroy == nullptr || table.open == nullptr ||
      table.interrupt == nullptr || table.close == nullptr) {
    return Refused(name, "lacks one of create, destroy, open, interrupt and close");
  }
  return absl::OkStatus();
}

absl::Status CheckManifest(std::string_view name, const std::string& id,
                           const connector::v1::Manifest& manifest,
                           const entrepot_connector& table) {
  if (manifest.id() != id) {
    return Refused(name, fmt::format("calls itself '{}' in its manifest and '{}' in its note",
                                     manifest.id(), id));
  }
  if (manifest.version().empty()) return Refused(name, "has no version in its manifest");
  const uint32_t first = std::max(manifest.contract_first(), kContractFirst);
  const uint32_t last = std::min(manifest.contract_last(), kContractLast);
  if (first > last) {
    return Refused(name, fmt::format("({} {}) speaks the connector contract {} to {}, this hub {} "
                                     "to {}: one of them is too old",
                                     id, manifest.version(), manifest.contract_first(),
                                     manifest.contract_last(), kContractFirst, kContractLast));
  }
  if (manifest.source() != (table.read != nullptr)) {
    return Refused(name, manifest.source() ? "calls itself a source and cannot read"
                                           : "can read and does not call itself a source");
  }
  if (manifest.sink() != (table.apply != nullptr)) {
    return Refused(name, manifest.sink() ? "calls itself a sink and cannot apply"
                                         : "can apply and does not call itself a sink");
  }
  if (manifest.finds() && table.find == nullptr) {
    return Refused(name, "says that it finds records and cannot");
  }
  if (manifest.waits() && !ENTREPOT_HAS(&table, wait)) {
    return Refused(name, "says that it waits for changes and cannot");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Library>> Library::Load(const fs::path& file,
                                                             const fs::path& copies) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadPlugin(file));
  ASSIGN_OR_RETURN(const Inspection inspection, Inspect(file, bytes));
  const Digest128 digest = DigestOf128(bytes);
  const fs::path copy =
      copies / inspection.id / fmt::format("{:016x}{:016x}.so", digest.high, digest.low);
  RETURN_IF_ERROR(WriteCopy(copy, bytes));
  RemoveOtherCopies(copy);

  std::shared_ptr<Library> library(new Library);
  library->copy_ = copy;
  ASSIGN_OR_RETURN(library->table_, LoadTable(file, copy));
  RETURN_IF_ERROR(CheckTable(file.string(), *library->table_));
  const entrepot_view manifest = library->table_->manifest;
  if (!library->manifest_.ParseFromArray(manifest.data, static_cast<int>(manifest.size))) {
    return Refused(file.string(), "gives a manifest that cannot be read");
  }
  RETURN_IF_ERROR(
      CheckManifest(file.string(), inspection.id, library->manifest_, *library->table_));
  library->contract_ = std::min(library->manifest_.contract_last(), kContractLast);
  return std::shared_ptr<const Library>(std::move(library));
}

}  // namespace entrepot::host
