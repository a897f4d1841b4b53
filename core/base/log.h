// The log: a constant sentence and its fields. ERROR: a person must act; WARN: recovered; INFO:
// life cycle, never once a record. Secrets never reach it.
#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace entrepot::log {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError };

struct Field {
  template <typename T>
  Field(std::string_view name, const T& value) : name(name), value(fmt::format("{}", value)) {}
  Field(std::string_view name, const absl::Status& value) : name(name), value(value.message()) {}
  std::string_view name;
  std::string value;
};
using Fields = std::initializer_list<Field>;

// "trace" to "error"; INVALID_ARGUMENT otherwise. Applies to the whole process.
absl::Status SetLevel(std::string_view name);

// To standard error, one line each, thread-safe.
void Write(Level level, std::string_view sentence, Fields fields);
inline void Debug(std::string_view s, Fields f = {}) { Write(Level::kDebug, s, f); }
inline void Info(std::string_view s, Fields f = {}) { Write(Level::kInfo, s, f); }
inline void Warn(std::string_view s, Fields f = {}) { Write(Level::kWarn, s, f); }
inline void Error(std::string_view s, Fields f = {}) { Write(Level::kError, s, f); }

}  // namespace entrepot::log
