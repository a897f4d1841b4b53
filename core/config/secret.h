// A value that must not be seen: it cannot be formatted, streamed or copied, and its bytes are
// wiped when it goes.
#pragma once

#include <string.h>

#include <ostream>
#include <string>
#include <utility>

namespace entrepot::config {

class Secret {
 public:
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Secret() { explicit_bzero(value_.data(), value_.size()); }

  // For the one place that hands it on; never into a message or the log.
  const std::string& Reveal() const { return value_; }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::string value_;
};

}  // namespace entrepot::config
