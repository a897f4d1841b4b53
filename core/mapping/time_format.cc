#include "core/mapping/time_format.h"

#include <fmt/core.h>

#include <cstdlib>
#include <iterator>

#include "absl/time/civil_time.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::mapping {
namespace {

constexpr std::string_view kLetters = "YymdeHIpMSzs";

absl::Status Invalid(std::string message) {
  return Failure(absl::StatusCode::kInvalidArgument, "INVALID_FORMAT", message);
}

// Letters that stand for several others.
std::string_view Expansion(char letter) {
  switch (letter) {
    case 'F': return "%Y-%m-%d";
    case 'T': return "%H:%M:%S";
    case 'R': return "%H:%M";
    case 'D': return "%m/%d/%y";
    default: return {};
  }
}

// Reads the text from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }

  // From `digits_min` to `digits_max` digits.
  bool Number(int digits_min, int digits_max, int* value) {
    int digits = 0;
    *value = 0;
    while (digits < digits_max && !text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      *value = *value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    return digits >= digits_min;
  }

  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // ".5", ",500000": nothing is fine too.
  bool Fraction(int32_t* nanos) {
    *nanos = 0;
    if (!Take('.') && !Take(',')) return true;
    int32_t scale = 100'000'000;
    const size_t length = text_.size();
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      *nanos += (text_.front() - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return text_.size() != length;
  }

  bool HalfOfDay(bool* afternoon) {
    *afternoon = Take('P') || Take('p');
    if (!*afternoon && !Take('A') && !Take('a')) return false;
    return Take('M') || Take('m');
  }

  // "Z", "+03:00", "+0300", "+03".
  bool Zone(int* seconds) {
    *seconds = 0;
    if (Take('Z') || Take('z')) return true;
    const bool west = Take('-');
    int hours = 0;
    int minutes = 0;
    if (!west && !Take('+')) return false;
    if (!Number(1, 2, &hours)) return false;
    const bool colon = Take(':');
    if ((colon || !done()) && !Number(1, 2, &minutes)) return false;
    *seconds = (hours * 60 + minutes) * (west ? -60 : 60);
    return hours <= 15 && minutes < 60;
  }

  bool Epoch(CivilTime* time) {
    int64_t seconds = 0;
    int digits = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9' && digits < 12;
         ++digits) {
      seconds = seconds * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    const absl::CivilSecond civil =
        absl::ToCivilSecond(absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
    *time = {.year = static_cast<int>(civil.year()),
             .month = civil.month(),
             .day = civil.day(),
             .hour = civil.hour(),
             .minute = civil.minute(),
             .second = civil.second(),
             .has_zone = true};
    return digits > 0;
  }

 private:
  std::string_view text_;
};

int DaysOf(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool Exists(const CivilTime& time) {
  return time.year >= 1 && time.year <= 9999 && time.month >= 1 && time.month <= 12 &&
         time.day >= 1 && time.day <= DaysOf(time.year, time.month) && time.hour < 24 &&
         time.minute < 60 && time.second < 60;
}

void WriteSeconds(const CivilTime& time, std::string* text) {
  *text += fmt::format("{:02}", time.second);
  if (time.nanos == 0) return;
  std::string fraction = fmt::format(".{:09}", time.nanos);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  *text += fraction;
}

void WriteZone(int seconds, std::string* text) {
  const int minutes = std::abs(seconds) / 60;
  *text += fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

absl::StatusOr<TimeFormat> TimeFormat::Compile(std::string_view format) {
  TimeFormat compiled;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      compiled.elements_.push_back({0, format[i]});
      continue;
    }
    if (++i == format.size()) return Invalid(fmt::format("\"{}\" ends with a single %", format));
    const std::string_view expansion = Expansion(format[i]);
    if (expansion.empty()) {
      RETURN_IF_ERROR(compiled.Add(format[i]));
      continue;
    }
    for (size_t j = 0; j < expansion.size(); ++j) {
      if (expansion[j] == '%') {
        RETURN_IF_ERROR(compiled.Add(expansion[++j]));
      } else {
        compiled.elements_.push_back({0, expansion[j]});
      }
    }
  }
  RETURN_IF_ERROR(compiled.CheckComplete(format));
  compiled.description_ = fmt::format("a {} like {} ({})", compiled.has_time_ ? "time" : "date",
                                      compiled.Example(), format);
  return compiled;
}

absl::Status TimeFormat::Add(char letter) {
  if (letter == '%') {
    elements_.push_back({0, '%'});
    return absl::OkStatus();
  }
  if (kLetters.find(letter) == std::string_view::npos) {
    return Invalid(fmt::format(
        "%{} is not known; known are %Y %y %m %d %e %H %I %p %M %S %z %F %T %R %D %s %%", letter));
  }
  has_zone_ |= letter == 'z' || letter == 's';
  has_time_ |= letter == 'H' || letter == 'I' || letter == 's';
  elements_.push_back({letter, 0});
  return absl::OkStatus();
}

absl::Status TimeFormat::CheckComplete(std::string_view format) const {
  bool year = false, month = false, day = false, half = false, twelve = false;
  for (const Element& element : elements_) {
    const bool epoch = element.letter == 's';
    year |= epoch || element.letter == 'Y' || element.letter == 'y';
    month |= epoch || element.letter == 'm';
    day |= epoch || element.letter == 'd' || element.letter == 'e';
    half |= element.letter == 'p';
    twelve |= element.letter == 'I';
  }
  if (!year || !month || !day) {
    return Invalid(fmt::format("\"{}\" needs a year (%Y), a month (%m) and a day (%d)", format));
  }
  if (half != twelve) return Invalid(fmt::format("\"{}\": %I and %p go together", format));
  return absl::OkStatus();
}

std::string TimeFormat::Example() const {
  std::string example;
  for (const Element& element : elements_) {
    switch (element.letter) {
      case 'Y': example += "2026"; break;
      case 'y': example += "26"; break;
      case 'm': example += "11"; break;
      case 'd':
      case 'e': example += "24"; break;
      case 'H': example += "15"; break;
      case 'I': example += "03"; break;
      case 'p': example += "PM"; break;
      case 'M': example += "30"; break;
      case 'S': example += "00"; break;
      case 'z': example += "+03:00"; break;
      case 's': example += "1795523400"; break;
      default: example += element.character;
    }
  }
  return example;
}

bool TimeFormat::Parse(std::string_view text, CivilTime* time) const {
  Reader reader(text);
  *time = {};
  bool afternoon = false;
  bool twelve = false;
  for (const Element& element : elements_) {
    bool fine = false;
    switch (element.letter) {
      case 'Y': fine = reader.Number(4, 4, &time->year); break;
      case 'y':
        fine = reader.Number(2, 2, &time->year);
        time->year += time->year < 70 ? 2000 : 1900;  // as POSIX does
        break;
      case 'm': fine = reader.Number(1, 2, &time->month); break;
      case 'd':
      case 'e': fine = reader.Number(1, 2, &time->day); break;
      case 'H': fine = reader.Number(1, 2, &time->hour); break;
      case 'I':
        fine = reader.Number(1, 2, &time->hour) && time->hour >= 1 && time->hour <= 12;
        twelve = true;
        break;
      case 'p': fine = reader.HalfOfDay(&afternoon); break;
      case 'M': fine = reader.Number(1, 2, &time->minute); break;
      case 'S': fine = reader.Number(1, 2, &time->second) && reader.Fraction(&time->nanos); break;
      case 'z':
        if (reader.done()) {
          fine = true;
          break;
        }
        fine = reader.Zone(&time->zone_seconds);
        time->has_zone = true;
        break;
      case 's': fine = reader.Epoch(time); break;
      default:
        fine = reader.Take(element.character) || (element.character == 'T' && reader.Take(' '));
    }
    if (!fine) return false;
  }
  if (twelve) time->hour = time->hour % 12 + (afternoon ? 12 : 0);
  return reader.done() && Exists(*time);
}

bool TimeFormat::Write(const CivilTime& time, std::string* text) const {
  const auto out = std::back_inserter(*text);
  for (const Element& element : elements_) {
    switch (element.letter) {
      case 'Y': fmt::format_to(out, "{:04}", time.year); break;
      case 'y':
        if (time.year < 1970 || time.year > 2069) return false;
        fmt::format_to(out, "{:02}", time.year % 100);
        break;
      case 'm': fmt::format_to(out, "{:02}", time.month); break;
      case 'd': fmt::format_to(out, "{:02}", time.day); break;
      case 'e': fmt::format_to(out, "{}", time.day); break;
      case 'H': fmt::format_to(out, "{:02}", time.hour); break;
      case 'I': fmt::format_to(out, "{:02}", (time.hour + 11) % 12 + 1); break;
      case 'p': *text += time.hour < 12 ? "AM" : "PM"; break;
      case 'M': fmt::format_to(out, "{:02}", time.minute); break;
      case 'S': WriteSeconds(time, text); break;
      case 'z': WriteZone(time.zone_seconds, text); break;
      case 's': {
        CivilTime zoned = time;
        zoned.has_zone = true;
        fmt::format_to(out, "{}", absl::ToUnixSeconds(MomentOf(zoned, absl::UTCTimeZone())));
        break;
      }
      default: *text += element.character;
    }
  }
  return true;
}

absl::Time MomentOf(const CivilTime& time, const absl::TimeZone& zone) {
  const absl::CivilSecond civil(time.year, time.month, time.day, time.hour, time.minute,
                                time.second);
  const absl::Time moment =
      time.has_zone ? absl::FromCivil(civil, absl::UTCTimeZone()) - absl::Seconds(time.zone_seconds)
                    : absl::FromCivil(civil, zone);
  return moment + absl::Nanoseconds(time.nanos);
}

}  // namespace entrepot::mapping
