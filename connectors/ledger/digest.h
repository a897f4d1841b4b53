// FNV-1a with 64 bits: sees accidents and edits, not attacks.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace entrepot::ledger {

class Digest {
 public:
  explicit Digest(uint64_t start = 0xcbf29ce484222325) : value_(start) {}

  // Texts that were added one by one differ from the same bytes in one.
  void Add(std::string_view text) {
    AddBytes(text);
    AddBytes(std::string_view("\xFF", 1));
  }
  void AddBytes(std::string_view bytes) {
    for (const char c : bytes) value_ = (value_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  uint64_t value() const { return value_; }

  static std::string Hex(uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value));
    return text;
  }

 private:
  uint64_t value_;
};

}  // namespace entrepot::ledger
