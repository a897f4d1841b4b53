// A connector's shared object, loaded. It stays loaded until the process ends: unloading C++ code
// is never safe. A new version of the file is loaded beside the old one, from a copy under a name
// made of its content, so that overwriting the file cannot pull the code away from under the hub.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "entrepot/connector/v1/connector.pb.h"
#include "plugins/abi/entrepot_connector.h"

namespace entrepot::host {

// The versions of the contract that this hub speaks.
inline constexpr uint32_t kContractFirst = 1;
inline constexpr uint32_t kContractLast = 1;

// Immutable; the table and what it points to live until the process ends.
class Library {
 public:
  // Inspects `file`, copies it to `copies`/<id>/<digest>.so, loads the copy and checks its table
  // and manifest. `copies` is the hub's own folder and is made when it is missing. NOT_FOUND,
  // PERMISSION_DENIED, FAILED_PRECONDITION (CONNECTOR_REFUSED) or INTERNAL (the copy cannot be
  // written), with a sentence that names the file.
  static absl::StatusOr<std::shared_ptr<const Library>> Load(const std::filesystem::path& file,
                                                             const std::filesystem::path& copies);

  const entrepot_connector& table() const { return *table_; }
  const connector::v1::Manifest& manifest() const { return manifest_; }
  // The highest version of the contract that both sides speak.
  uint32_t contract() const { return contract_; }
  // Where the loaded copy lies.
  const std::filesystem::path& copy() const { return copy_; }

 private:
  Library() = default;

  const entrepot_connector* table_ = nullptr;
  connector::v1::Manifest manifest_;
  uint32_t contract_ = 0;
  std::filesystem::path copy_;
};

// What is wrong with a table that a plugin gave, and with its manifest; OK: nothing. `id` is the
// one of its note. FAILED_PRECONDITION (CONNECTOR_REFUSED) with a sentence about `name`.
absl::Status CheckTable(std::string_view name, const entrepot_connector& table);
absl::Status CheckManifest(std::string_view name, const std::string& id,
                           const connector::v1::Manifest& manifest,
                           const entrepot_connector& table);

}  // namespace entrepot::host
