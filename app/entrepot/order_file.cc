#include "app/entrepot/order_file.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <sstream>
#include <string_view>

#include "app/entrepot/exit_code.h"
#include "app/entrepot/values.h"
#include "core/base/nearest.h"
#include "core/base/status_macros.h"

namespace entrepot::cli {
namespace {

constexpr std::array<std::string_view, 4> kOrderKeys = {"client", "client_order_number",
                                                        "wanted_on", "lines"};
constexpr std::array<std::string_view, 4> kLineKeys = {"sku", "quantity", "unit_price",
                                                       "vat_included"};

constexpr char kWantedForm[] = "'entrepot order place --help' shows what an order looks like";

class OrderReader {
 public:
  explicit OrderReader(const std::string& name) : name_(name) {}

  absl::StatusOr<v1::PlaceOrderRequest> Read(const YAML::Node& root) const {
    RETURN_IF_ERROR(CheckKeys(root, kOrderKeys, "an order"));
    v1::PlaceOrderRequest request;
    ASSIGN_OR_RETURN(*request.mutable_client_code(), Text(root, "client", true));
    ASSIGN_OR_RETURN(*request.mutable_client_order_number(),
                     Text(root, "client_order_number", false));
    ASSIGN_OR_RETURN(const std::string wanted, Text(root, "wanted_on", false));
    if (!wanted.empty()) {
      ASSIGN_OR_RETURN(*request.mutable_wanted_on(),
                       ReadDate(At(root["wanted_on"]) + ": wanted_on", wanted));
    }
    const YAML::Node lines = root["lines"];
    if (!lines || !lines.IsSequence()) return Wrong(root, "\"lines\" must be a list of lines");
    for (const YAML::Node& line : lines) RETURN_IF_ERROR(ReadLine(line, request.add_lines()));
    return request;
  }

 private:
  absl::Status ReadLine(const YAML::Node& node, v1::PlaceOrderLine* line) const {
    RETURN_IF_ERROR(CheckKeys(node, kLineKeys, "a line"));
    ASSIGN_OR_RETURN(*line->mutable_sku(), Text(node, "sku", true));
    ASSIGN_OR_RETURN(const std::string quantity, Text(node, "quantity", true));
    ASSIGN_OR_RETURN(*line->mutable_quantity(),
                     ReadDecimal(At(node["quantity"]) + ": quantity", quantity));
    ASSIGN_OR_RETURN(const std::string price, Text(node, "unit_price", false));
    if (!price.empty()) {
      ASSIGN_OR_RETURN(*line->mutable_unit_price(),
                       ReadDecimal(At(node["unit_price"]) + ": unit_price", price));
    }
    ASSIGN_OR_RETURN(const std::string vat, Text(node, "vat_included", false));
    if (vat == "true") {
      line->set_vat_included(true);
    } else if (!vat.empty() && vat != "false") {
      return Wrong(node["vat_included"], "\"vat_included\" must be true or false");
    }
    return absl::OkStatus();
  }

  // Empty where the key is not there, unless it is needed.
  absl::StatusOr<std::string> Text(const YAML::Node& node, const char* key, bool needed) const {
    const YAML::Node value = node[key];
    if (!value || value.IsNull()) {
      if (needed) return Wrong(node, fmt::format("\"{}\" is missing", key));
      return std::string();
    }
    if (!value.IsScalar()) return Wrong(value, fmt::format("\"{}\" must be a text", key));
    return value.Scalar();
  }

  absl::Status CheckKeys(const YAML::Node& node, std::span<const std::string_view> known,
                         std::string_view what) const {
    if (!node.IsMap())
      return Wrong(node, fmt::format("{} must be an object with keys; {}", what, kWantedForm));
    for (const auto& entry : node) {
      const std::string& key = entry.first.Scalar();
      bool is_known = false;
      for (std::string_view candidate : known) is_known = is_known || candidate == key;
      if (!is_known) {
        return Wrong(entry.first, fmt::format("{} has no \"{}\"{}; known are {}", what, key,
                                              DidYouMean(key, known), fmt::join(known, ", ")));
      }
    }
    return absl::OkStatus();
  }

  std::string At(const YAML::Node& node) const {
    return fmt::format("{}:{}:{}", name_, node.Mark().line + 1, node.Mark().column + 1);
  }
  absl::Status Wrong(const YAML::Node& node, std::string_view what) const {
    return Usage(fmt::format("{}: {}", At(node), what));
  }

  const std::string& name_;
};

}  // namespace

absl::StatusOr<v1::PlaceOrderRequest> ParseOrder(const std::string& name, const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return Usage(fmt::format("{} is empty; {}", name, kWantedForm));
    return OrderReader(name).Read(root);
  } catch (const YAML::Exception& error) {
    return Usage(fmt::format("{}:{}:{}: this is not JSON: {}", name, error.mark.line + 1,
                             error.mark.column + 1, error.msg));
  }
}

absl::StatusOr<v1::PlaceOrderRequest> ReadOrderFile(const std::string& path) {
  if (path == "-") {
    return ParseOrder("standard input", std::string(std::istreambuf_iterator<char>(std::cin), {}));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (errno != 0) {
    return Usage(fmt::format("the order {} cannot be read: {}", path, std::strerror(errno)));
  }
  return ParseOrder(path, text.str());
}

}  // namespace entrepot::cli
