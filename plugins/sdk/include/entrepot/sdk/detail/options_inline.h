// Bodies of options.h.
#pragma once

#include <algorithm>
#include <charconv>
#include <system_error>

#include "entrepot/sdk/options.h"

namespace entrepot::sdk {
namespace detail {

// "a, b, c" of what has names.
template <typename Items, typename Name>
std::string Names(const Items& items, Name name) {
  std::string names;
  for (const auto& item : items) names.append(names.empty() ? "" : ", ").append(name(item));
  return names;
}

inline std::string In(std::string_view where) {
  return where.empty() ? std::string() : " of " + std::string(where);
}

}  // namespace detail

inline Options::Options(const std::vector<Option>& given, const std::vector<OptionSpec>& specs,
                        std::string_view where) {
  for (const OptionSpec& spec : specs) values_.push_back({spec.name, spec.default_value, 0, false});
  for (const Option& option : given) {
    const auto value = std::find_if(values_.begin(), values_.end(),
                                    [&](const Value& v) { return v.name == option.name; });
    if (value == values_.end()) {
      const std::string known = detail::Names(specs, [](const OptionSpec& s) { return s.name; });
      throw BadConfiguration(option.name,
                             "there is no such option" + detail::In(where) +
                                 (known.empty() ? "; it takes none" : "; there are: " + known));
    }
    if (value->present) throw BadConfiguration(option.name, "given twice" + detail::In(where));
    value->text = option.value;
    value->present = true;
  }
  for (size_t i = 0; i < specs.size(); ++i) {
    Value& value = values_[i];
    if (!value.present && specs[i].required) {
      throw BadConfiguration(
          value.name, "is required" + detail::In(where) + " and missing: " + specs[i].description);
    }
    value.present = value.present || !value.text.empty();
    if (value.present) value.number = Parse(specs[i], value.text, where);
  }
}

// Durations come in milliseconds; so the hub hands them over.
inline int64_t Options::Parse(const OptionSpec& spec, const std::string& text,
                              std::string_view where) {
  const std::string shown = spec.secret ? std::string("the value") : "'" + text + "'";
  const auto refuse = [&](std::string_view wanted) {
    return BadConfiguration(spec.name,
                            shown + detail::In(where) + " is not " + std::string(wanted));
  };
  switch (spec.type) {
    case OptionType::kInteger:
    case OptionType::kDuration: {
      int64_t number = 0;
      const char* end = text.data() + text.size();
      const auto [stop, code] = std::from_chars(text.data(), end, number);
      if (code == std::errc() && stop == end) return number;
      throw refuse(spec.type == OptionType::kInteger ? "a whole number"
                                                     : "a duration in milliseconds");
    }
    case OptionType::kBoolean:
      if (text == "true" || text == "false") return text == "true" ? 1 : 0;
      throw refuse("'true' or 'false'");
    case OptionType::kChoice:
      if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return 0;
      throw refuse("one of: " + detail::Names(spec.choices, [](const auto& c) { return c; }));
    default: return 0;
  }
}

inline const Options::Value& Options::Get(std::string_view name) const {
  for (const Value& value : values_) {
    if (value.name == name) return value;
  }
  throw Internal("the manifest declares no option '" + std::string(name) + "'");
}

inline int64_t Options::Integer(std::string_view name) const { return Get(name).number; }
inline bool Options::Boolean(std::string_view name) const { return Get(name).number != 0; }
inline std::chrono::milliseconds Options::Duration(std::string_view name) const {
  return std::chrono::milliseconds(Get(name).number);
}

inline const DatasetSettings& Settings::Dataset(std::string_view name) const {
  for (const DatasetSettings& dataset : datasets) {
    if (dataset.name == name) return dataset;
  }
  throw Internal("the connection has no dataset '" + std::string(name) + "'");
}

}  // namespace entrepot::sdk
