#include "app/entrepot/expectation.h"

#include <fmt/core.h>

#include "app/entrepot/values.h"

namespace entrepot::cli {

std::string ShowExpectedDate(const v1::Expectation& expectation) {
  const std::string basis = ShowEnum(expectation.basis());
  if (!expectation.has_date()) return basis.empty() ? "unknown" : basis;
  const std::string date = Show(expectation.date());
  return expectation.basis() == v1::EXPECTATION_BASIS_DATED ? date : date + " " + basis;
}

std::string ShowExpectation(const v1::Expectation& expectation) {
  std::string text = expectation.has_date() ? Show(expectation.date()) + ", " : "";
  text += expectation.has_basis() ? ShowEnum(expectation.basis()) : "unknown";
  if (!expectation.reason().empty()) text += ": " + expectation.reason();
  return text;
}

std::string ShowAnalogue(const v1::Analogue& analogue) {
  return fmt::format("{}  {}: {} {} available, {} needed{}", analogue.sku(), analogue.name(),
                     Show(analogue.available()), ShowUnit(analogue.unit()), Show(analogue.needed()),
                     analogue.covers() ? ", enough" : ", not enough alone");
}

std::string ShowReasons(const v1::Analogue& analogue) {
  std::string text;
  for (const std::string& reason : analogue.reasons()) text += (text.empty() ? "" : "; ") + reason;
  for (const std::string& difference : analogue.differences()) text += "; but " + difference;
  return text;
}

}  // namespace entrepot::cli
