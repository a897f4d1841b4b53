#include "core/http/pages.h"

#include <fmt/core.h>

#include "core/base/absl_view.h"
#include "core/base/log.h"

namespace entrepot::http {
namespace {

// Of Prometheus' text form, as its documentation gives it.
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

Response Failed(unsigned status, std::string_view page, const absl::Status& why) {
  log::Warn("a page cannot be shown", {{"page", page}, {"why", why}});
  return {.status = status, .body = fmt::format("{}\n", StdView(why.message()))};
}

}  // namespace

Handler MakePages(const Metrics& metrics, const Hub& hub) {
  return [&metrics, hub](std::string_view target) -> Response {
    if (target == "/healthz") return {.body = "ok\n"};
    if (target == "/readyz") {
      const auto reader = hub.store->Read();
      const absl::Status readable =
          reader.ok() ? (*reader)->Cursor("readyz").status() : reader.status();
      return readable.ok() ? Response{.body = "ready\n"} : Failed(503, target, readable);
    }
    if (target == "/metrics") {
      const auto text = metrics.Text(hub);
      if (!text.ok()) return Failed(500, target, text.status());
      return {.content_type = kMetricsType, .body = *text};
    }
    return {.status = 404, .body = "here are /metrics, /healthz and /readyz\n"};
  };
}

}  // namespace entrepot::http
