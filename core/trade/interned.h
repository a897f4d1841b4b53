// Texts that occur many times (families, units, attribute names), kept once: equal texts have equal
// addresses, so that comparing them costs one comparison of pointers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "core/base/digest.h"

namespace entrepot::trade {

// A text that its Interner owns. Empty by default.
class Interned {
 public:
  Interned() : text_(&Empty()) {}
  const std::string& text() const { return *text_; }
  bool empty() const { return text_->empty(); }
  uint64_t hash() const { return DigestOf64(*text_); }
  friend bool operator==(Interned a, Interned b) { return a.text_ == b.text_; }

 private:
  friend class Interner;
  explicit Interned(const std::string* text) : text_(text) {}
  static const std::string& Empty() {
    static const std::string empty;
    return empty;
  }
  const std::string* text_;
};

// Never forgets a text. One thread adds; what it returned may be read by any.
class Interner {
 public:
  Interned Intern(std::string_view text) {
    if (text.empty()) return Interned();
    auto found = texts_.find(text);
    if (found == texts_.end()) {
      found = texts_.insert(std::make_unique<const std::string>(text)).first;
    }
    return Interned(found->get());
  }

 private:
  using Text = std::unique_ptr<const std::string>;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return DigestOf64(text); }
    size_t operator()(const Text& text) const { return DigestOf64(*text); }
  };
  struct Equal {
    using is_transparent = void;
    static std::string_view View(std::string_view text) { return text; }
    static std::string_view View(const Text& text) { return *text; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return View(a) == View(b);
    }
  };
  absl::flat_hash_set<Text, Hash, Equal> texts_;
};

}  // namespace entrepot::trade
