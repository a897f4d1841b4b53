// Look-up tables that come with the hub: texts of outside systems to the codes of its contracts.
// Immutable, thread-safe.
#pragma once

#include <span>
#include <string_view>

namespace entrepot::mapping {

class LookupTable {
 public:
  virtual ~LookupTable() = default;
  // The code for `text`; empty where it is not known. Lives as long as the process.
  virtual std::string_view Find(std::string_view text) const = 0;
  // What the table knows, for errors: "a unit by OKEI code, symbol or Rec 20 code".
  virtual std::string_view description() const = 0;
  // Texts that people write, to find the one that was meant.
  virtual std::span<const std::string_view> texts() const = 0;
};

// "okei" or "currency"; nullptr where there is no such table.
const LookupTable* FindLookupTable(std::string_view name);

}  // namespace entrepot::mapping
