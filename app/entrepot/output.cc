#include "app/entrepot/output.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "google/protobuf/util/json_util.h"

namespace entrepot::cli {
namespace {

void PrintJson(const google::protobuf::Message& message, bool lines) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.add_whitespace = lines;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    fmt::print(stderr, "entrepot: the answer cannot be printed as JSON: {}\n", status.ToString());
    return;
  }
  if (text.empty() || text.back() != '\n') text += '\n';
  fmt::print("{}", text);
  std::fflush(stdout);  // whoever reads a stream sees it at once
}

}  // namespace

void Output::Json(const google::protobuf::Message& message) const { PrintJson(message, true); }
void Output::JsonLine(const google::protobuf::Message& message) const { PrintJson(message, false); }

void Output::Print(const Table& table, std::string_view when_empty) const {
  if (!table.empty()) {
    fmt::print("{}", table.ToString());
  } else if (!when_empty.empty()) {
    Say(when_empty);
  }
}

void Output::Say(std::string_view sentence) const {
  fmt::print("{}\n", sentence);
  std::fflush(stdout);
}

void Output::Error(const absl::Status& error) const {
  const std::string message(StdView(error.message()));
  if (!json()) {
    fmt::print(stderr, "entrepot: {} ({})\n", message, ReasonOf(error));
    return;
  }
  const nlohmann::json document = {{"error", {{"reason", ReasonOf(error)}, {"message", message}}}};
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;  // what is no UTF-8
  fmt::print(stderr, "{}\n", document.dump(-1, ' ', false, kReplace));
}

void Output::MorePages(std::string_view next_page_token) const {
  if (!next_page_token.empty()) Hint(fmt::format("More: add --page {}", next_page_token));
}

void Output::Hint(std::string_view sentence) const {
  if (!json()) fmt::print(stderr, "{}\n", sentence);
}

}  // namespace entrepot::cli
