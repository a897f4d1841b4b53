#include "core/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"

namespace entrepot::log {
namespace {

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("entrepot",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kTrace: return spdlog::level::trace;
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

absl::Status SetLevel(std::string_view name) {
  using Named = std::pair<std::string_view, Level>;
  for (const auto& [known, level] :
       {Named{"trace", Level::kTrace}, Named{"debug", Level::kDebug}, Named{"info", Level::kInfo},
        Named{"warn", Level::kWarn}, Named{"error", Level::kError}}) {
    if (name == known) {
      Logger().set_level(ToSpdlog(level));
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      fmt::format("log level \"{}\" is none of trace, debug, info, warn, error", name));
}

void Write(Level level, std::string_view sentence, Fields fields) {
  const auto target = ToSpdlog(level);
  if (!Logger().should_log(target)) return;
  std::string line(sentence);
  for (const Field& field : fields) {
    line += fmt::format(" {}=\"{}\"", field.name, absl::Utf8SafeCEscape(field.value));
  }
  Logger().log(target, "{}", line);
}

}  // namespace entrepot::log
