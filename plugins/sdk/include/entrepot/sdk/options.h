// What the configuration gave to a connection, by name and typed. The SDK checks all options
// against the manifest before Connector::Open is called, so that a getter cannot fail on a user's
// mistake. Part of the connector SDK; immutable, so free to read from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "entrepot/sdk/error.h"
#include "entrepot/sdk/messages/connector.h"

namespace entrepot::sdk {

// The options of a connection or of a dataset. Each getter throws Internal when the manifest
// declares no option of that name.
class Options {
 public:
  Options() = default;
  // Checks `given` against `specs`. Throws BadConfiguration that names the option: unknown, given
  // twice, missing although required, or not of its type. `where` ends the sentences, for example
  // "dataset 'stock'"; may be empty.
  Options(const std::vector<Option>& given, const std::vector<OptionSpec>& specs,
          std::string_view where);

  // Was it given, or has it a default?
  bool Has(std::string_view name) const { return Get(name).present; }
  // As written; empty where !Has. For every type.
  const std::string& Text(std::string_view name) const { return Get(name).text; }
  // 0 where !Has. REQUIRES: OptionType::kInteger.
  int64_t Integer(std::string_view name) const;
  // false where !Has. REQUIRES: OptionType::kBoolean.
  bool Boolean(std::string_view name) const;
  // 0 where !Has. REQUIRES: OptionType::kDuration.
  std::chrono::milliseconds Duration(std::string_view name) const;

 private:
  struct Value {
    std::string name;
    std::string text;
    int64_t number = 0;  // integer, 0 or 1, milliseconds
    bool present = false;
  };
  const Value& Get(std::string_view name) const;
  static int64_t Parse(const OptionSpec& spec, const std::string& text, std::string_view where);

  std::vector<Value> values_;
};

// One dataset of the connection, as configured.
struct DatasetSettings {
  std::string name;
  // Kind of record: "product", "stock_level", "invoice".
  std::string kind;
  // The columns that make a row's outside id.
  std::vector<std::string> key;
  // Of Manifest::dataset_options.
  Options options;
};

// All that Connector::Open gets to know.
struct Settings {
  // Name of the connection in the configuration.
  std::string connection;
  // IANA name of the company's time zone.
  std::string time_zone;
  // The contract's version that the hub chose from the manifest's range.
  uint32_t contract = 1;
  // Of Manifest::options.
  Options options;
  std::vector<DatasetSettings> datasets;

  // The dataset of this name. Throws Internal when there is none: the hub asks for configured ones.
  const DatasetSettings& Dataset(std::string_view name) const;
};

}  // namespace entrepot::sdk

#include "entrepot/sdk/detail/options_inline.h"
