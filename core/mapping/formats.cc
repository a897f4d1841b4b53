#include "core/mapping/formats.h"

#include <fmt/core.h>

#include "core/base/key_path.h"
#include "core/mapping/text.h"

namespace entrepot::mapping {
namespace {

using Problems = std::vector<MappingProblem>;

constexpr std::string_view kDecimalSeparators = ".,";
constexpr std::string_view kGroupSeparators = " ,.'_";
constexpr char kDateDefault[] = "%Y-%m-%d";
constexpr char kTimeDefault[] = "%Y-%m-%dT%H:%M:%S%z";

char Separator(std::string path, const std::string& text, std::string_view allowed,
               std::string_view described, Problems* problems) {
  if (text.size() == 1 && allowed.find(text.front()) != std::string_view::npos) return text.front();
  problems->push_back(
      {std::move(path), fmt::format("\"{}\" is no separator; expected {}", text, described)});
  return allowed.front();
}

void MergeTime(std::string path, const std::string& text, TimeFormat* format, Problems* problems) {
  absl::StatusOr<TimeFormat> compiled = TimeFormat::Compile(text);
  if (compiled.ok()) {
    *format = *std::move(compiled);
  } else {
    problems->push_back({std::move(path), std::string(compiled.status().message())});
  }
}

}  // namespace

ValueFormats HubFormats() {
  return {{}, *TimeFormat::Compile(kDateDefault), *TimeFormat::Compile(kTimeDefault)};
}

ValueFormats MergeFormats(const std::string& path, ValueFormats formats,
                          const config::v1::Formats& given, Problems* problems) {
  NumberFormat& number = formats.number;
  if (given.has_decimal_separator()) {
    number.decimal_separator =
        Separator(ChildPath(path, "decimal_separator"), given.decimal_separator(),
                  kDecimalSeparators, "\".\" or \",\"", problems);
  }
  if (given.has_group_separator()) {
    const std::string& text = given.group_separator();
    number.group_separator =
        text.empty() ? 0
                     : Separator(ChildPath(path, "group_separator"),
                                 Trim(text).empty() ? std::string(" ") : text, kGroupSeparators,
                                 "\" \", \",\", \".\", \"'\" or \"_\"", problems);
  }
  if ((given.has_decimal_separator() || given.has_group_separator()) &&
      number.decimal_separator == number.group_separator) {
    problems->push_back({path, "the decimal separator and the group separator are the same"});
  }
  if (given.has_date()) MergeTime(ChildPath(path, "date"), given.date(), &formats.date, problems);
  if (given.has_time()) {
    MergeTime(ChildPath(path, "time"), given.time(), &formats.time, problems);
    if (!formats.time.has_time()) {
      problems->push_back(
          {ChildPath(path, "time"), fmt::format("\"{}\" has no hour (%H)", given.time())});
    }
  }
  return formats;
}

}  // namespace entrepot::mapping
