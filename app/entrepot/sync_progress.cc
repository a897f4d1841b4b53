#include "app/entrepot/sync_progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "app/entrepot/text_width.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

constexpr int kNameWidth = 28;

std::string Padded(std::string_view name) {
  return std::string(name) + std::string(std::max(0, kNameWidth - TextWidth(name)), ' ');
}

// A shorter run says nothing about the rate.
constexpr int64_t kRatedMillisecondsMin = 100;

// Rows a second from the hub's own times; empty where the run was too short to tell.
std::string Rate(const v1::Run& run) {
  if (!run.has_ended_at()) return "";
  const auto& from = run.started_at();
  const auto& to = run.ended_at();
  const int64_t milliseconds =
      (to.seconds() - from.seconds()) * 1000 + (to.nanos() - from.nanos()) / 1'000'000;
  if (milliseconds < kRatedMillisecondsMin || run.read() == 0) return "";
  return fmt::format(", {} rows/s",
                     ShowCount(run.read() * 1000 / static_cast<uint64_t>(milliseconds)));
}

void Append(uint64_t count, std::string_view word, std::string* text) {
  if (count > 0) *text += fmt::format(", {} {}", ShowCount(count), word);
}

// "120 read, 3 created, 0 changed": what is zero is left out where it says nothing.
std::string Counts(const v1::Run& run) {
  std::string text =
      fmt::format("{} read, {} created, {} changed, {} unchanged", ShowCount(run.read()),
                  ShowCount(run.created()), ShowCount(run.changed()), ShowCount(run.unchanged()));
  Append(run.deleted(), "deleted", &text);
  Append(run.parked(), "parked", &text);
  Append(run.dead(), run.dead() == 1 ? "dead letter" : "dead letters", &text);
  Append(run.recovered(), "recovered", &text);
  return text;
}

int TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

void SyncProgress::Note(const v1::SyncResponse& event) {
  const v1::Run& run = event.run();
  const v1::SinkProgress& sink = event.sink();
  partly_ = partly_ || (run.has_ended_at() && run.dead() > 0) || !run.error().empty() ||
            (sink.done() && (sink.rejected() > 0 || !sink.error().empty()));
}

void SyncProgress::Show(const v1::SyncResponse& event) {
  Note(event);
  if (event.has_run()) {
    ShowRun(event.run());
  } else if (event.has_sink()) {
    ShowSink(event.sink());
  }
  DrawLine();
}

void SyncProgress::ShowRun(const v1::Run& run) {
  if (!run.has_ended_at() && run.error().empty()) {
    running_[run.dataset()] = ShowCount(run.read(), "row");
    return;
  }
  running_.erase(run.dataset());
  sum_.set_read(sum_.read() + run.read());
  sum_.set_created(sum_.created() + run.created());
  sum_.set_changed(sum_.changed() + run.changed());
  sum_.set_unchanged(sum_.unchanged() + run.unchanged());
  sum_.set_deleted(sum_.deleted() + run.deleted());
  sum_.set_parked(sum_.parked() + run.parked());
  sum_.set_dead(sum_.dead() + run.dead());
  sum_.set_recovered(sum_.recovered() + run.recovered());
  ClearLine();
  fmt::print("{}  {}{}\n", Padded(run.dataset()), Counts(run), Rate(run));
  if (!run.error().empty()) fmt::print("{}  stopped: {}\n", Padded(""), run.error());
}

void SyncProgress::ShowSink(const v1::SinkProgress& sink) {
  if (!sink.done()) {
    running_[sink.connection()] = fmt::format("{} delivered", ShowCount(sink.delivered()));
    return;
  }
  running_.erase(sink.connection());
  std::string text = fmt::format("{} delivered, {} pending", ShowCount(sink.delivered()),
                                 ShowCount(sink.pending()));
  Append(sink.rejected(), "rejected", &text);
  ClearLine();
  fmt::print("{}  {}\n", Padded(sink.connection()), text);
  if (!sink.error().empty()) fmt::print("{}  stopped: {}\n", Padded(""), sink.error());
}

void SyncProgress::ShowSum() {
  ClearLine();
  fmt::print("{}  {}\n", Padded("all datasets"), Counts(sum_));
}

void SyncProgress::ClearLine() {
  if (terminal_) fmt::print("\r\033[K");
  std::fflush(stdout);
}

void SyncProgress::DrawLine() {
  if (!terminal_ || running_.empty()) return;
  std::string line;
  for (const auto& [name, how_far] : running_) {
    const std::string piece = fmt::format("{}{} {}", line.empty() ? "" : " · ", name, how_far);
    if (TextWidth(line) + TextWidth(piece) >= TerminalWidth()) break;
    line += piece;
  }
  fmt::print("\r\033[K{}", line);
  std::fflush(stdout);
}

Outcome FollowSync(Session& session, const v1::SyncRequest& request) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  const bool json = session.out.json();
  SyncProgress progress(!json && isatty(STDOUT_FILENO));
  const absl::Status status = hub->Stream<v1::OperationService, v1::SyncRequest, v1::SyncResponse>(
      &v1::OperationService::Stub::Sync, request, [&](const v1::SyncResponse& event) {
        if (json) {
          session.out.JsonLine(event);
          progress.Note(event);
        } else {
          progress.Show(event);
        }
        return true;
      });
  if (!json) progress.ClearLine();
  RETURN_IF_ERROR(status);
  if (!json) progress.ShowSum();
  if (!progress.partly()) return ExitCode::kOk;
  session.out.Hint(
      "Some of it needs a person: see 'entrepot dead-letters list' and 'entrepot runs'");
  return ExitCode::kPartly;
}

}  // namespace entrepot::cli
