// Dates and times by strftime's letters: %Y %y %m %d %e %H %I %p %M %S %z %F %T %R %D %s %%.
// Compiled once; parsing does not allocate. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace entrepot::mapping {

// What a text says; what it does not say is the first of its kind.
struct CivilTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int32_t nanos = 0;
  // Seconds east of Greenwich, where the text says it.
  bool has_zone = false;
  int zone_seconds = 0;
};

class TimeFormat {
 public:
  // INVALID_ARGUMENT names the letter that is not known, or what is missing: a date names year,
  // month and day.
  static absl::StatusOr<TimeFormat> Compile(std::string_view format);

  // False where `text` is no such date, or one that no calendar has. Numbers may lack leading
  // zeros; "T" may be a space; seconds may have a fraction; a zone at the end may be missing.
  bool Parse(std::string_view text, CivilTime* time) const;

  // The text that Parse reads as `time`, whose zone is known; what the format has no letter for is
  // left out. Appends. False where the format cannot say it: a year of four digits by %y.
  bool Write(const CivilTime& time, std::string* text) const;

  // The format and an example: `a date like 24.11.2026 (%d.%m.%Y)`.
  const std::string& description() const { return description_; }
  bool has_time() const { return has_time_; }
  bool has_zone() const { return has_zone_; }

 private:
  struct Element {
    char letter;  // 0: the character stands for itself
    char character;
  };
  absl::Status Add(char letter);
  absl::Status CheckComplete(std::string_view format) const;
  std::string Example() const;

  std::vector<Element> elements_;
  bool has_time_ = false;
  bool has_zone_ = false;
  std::string description_;
};

// The moment; times without a zone are of `zone`.
absl::Time MomentOf(const CivilTime& time, const absl::TimeZone& zone);

}  // namespace entrepot::mapping
