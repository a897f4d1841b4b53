#include "core/sync/pause.h"

#include <fmt/core.h>

#include "absl/strings/numbers.h"
#include "core/base/absl_view.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// "<microseconds> <by>" beside the cursors, which a pause holds still.
std::string NameOf(std::string_view connection) { return fmt::format("paused:{}", connection); }

}  // namespace

absl::StatusOr<std::optional<Pause>> PauseOf(const store::Reader& reader,
                                             std::string_view connection) {
  ASSIGN_OR_RETURN(const std::string text, reader.Cursor(NameOf(connection)));
  if (text.empty()) return std::nullopt;
  const size_t space = text.find(' ');
  int64_t micros = 0;
  if (space == text.npos ||
      !absl::SimpleAtoi(AbslView(std::string_view(text).substr(0, space)), &micros)) {
    return absl::DataLossError(
        fmt::format("the pause of connection \"{}\" cannot be read", connection));
  }
  return Pause{.by = text.substr(space + 1), .at = absl::FromUnixMicros(micros)};
}

absl::Status SetPause(store::Transaction& tx, std::string_view connection, std::string_view by) {
  ASSIGN_OR_RETURN(const auto paused, PauseOf(tx, connection));
  if (paused) return absl::OkStatus();
  return tx.SetCursor(NameOf(connection), fmt::format("{} {}", absl::ToUnixMicros(tx.now()), by));
}

absl::Status EndPause(store::Transaction& tx, std::string_view connection) {
  return tx.SetCursor(NameOf(connection), "");
}

}  // namespace entrepot::sync
