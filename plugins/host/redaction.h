// Keeps secrets out of what a connector says, in logs and in error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::host {

// Longer texts of a connector are cut, with "…".
inline constexpr size_t kSaidBytesMax = 4096;

// Immutable, so free to use from any thread.
class Redaction {
 public:
  Redaction() = default;
  // The values of `request` whose options `manifest` calls secret.
  Redaction(const connector::v1::Manifest& manifest, const connector::v1::OpenRequest& request);

  // `said` as it may be shown: secrets blanked, at most kSaidBytesMax bytes, valid UTF-8 on one
  // line.
  std::string Clean(std::string_view said) const;

 private:
  std::vector<std::string> secrets_;  // longest first, so that none hides in another's rest
};

}  // namespace entrepot::host
