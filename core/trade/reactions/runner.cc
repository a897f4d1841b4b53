#include "core/trade/reactions/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/numbers.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::trade {
namespace {

constexpr int kEntriesReadMax = 1000;
constexpr size_t kEntriesHandledMax = 50;       // in one transaction
constexpr uint64_t kEntriesUnkeptMax = 50'000;  // are read again after a crash
constexpr int kOrdersPageSize = 200;
constexpr auto kIdleMax = std::chrono::seconds(1);
constexpr auto kPauseAfterFailure = std::chrono::seconds(5);

std::string EpochName(const std::string& cursor_name) { return cursor_name + "/epoch"; }

}  // namespace

Reactions::Reactions(store::Store& store, const Clock& clock,
                     std::vector<std::unique_ptr<Reaction>> reactions)
    : store_(store), clock_(clock) {
  for (std::unique_ptr<Reaction>& reaction : reactions) {
    std::string cursor_name = fmt::format("reaction:{}", reaction->name());
    readers_.push_back({.reaction = std::move(reaction), .cursor_name = std::move(cursor_name)});
  }
}

Reactions::~Reactions() { Stop(); }

std::vector<std::string> Reactions::names() const {
  std::vector<std::string> names;
  for (const Reader& reader : readers_) names.emplace_back(reader.reaction->name());
  return names;
}

void Reactions::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Run(stop); });
}

void Reactions::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

absl::Status Reactions::RunOnce() {
  const auto behind = [&](const Reader& reader) {
    return !reader.loaded || reader.position < store_.log_head();
  };
  do {
    for (Reader& reader : readers_) RETURN_IF_ERROR(CatchUp(reader, std::stop_token()));
  } while (std::any_of(readers_.begin(), readers_.end(), behind));
  for (Reader& reader : readers_) RETURN_IF_ERROR(KeepCursor(reader));
  return absl::OkStatus();
}

void Reactions::Run(std::stop_token stop) {
  const auto subscription = store_.OnCommit([this](uint64_t) {
    std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
  });
  while (!stop.stop_requested()) {
    for (Reader& reader : readers_) {
      const absl::Status status = CatchUp(reader, stop);
      if (status.ok() || stop.stop_requested()) continue;
      log::Error("a reaction failed and will be tried again",
                 {{"reaction", reader.reaction->name()}, {"error", status}});
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kPauseAfterFailure, [] { return false; });
    }
    Wait(stop);
  }
}

// Until there is a commit; where none comes for a while, the cursors are kept.
void Reactions::Wait(std::stop_token stop) {
  {
    std::unique_lock lock(mutex_);
    const bool woken = wake_.wait_for(lock, stop, kIdleMax, [this] { return woken_; });
    woken_ = false;
    if (woken) return;
  }
  for (Reader& reader : readers_) {
    const absl::Status status = KeepCursor(reader);
    if (!status.ok() && !stop.stop_requested()) {
      log::Warn("a reaction's cursor could not be kept",
                {{"reaction", reader.reaction->name()}, {"error", status}});
    }
  }
}

absl::Status Reactions::CatchUp(Reader& reader, std::stop_token stop) {
  if (!reader.loaded) RETURN_IF_ERROR(LoadCursor(reader));
  RETURN_IF_ERROR(TurnEpoch(reader, stop));
  // Up to what is committed now: what is in memory is at least as new.
  const uint64_t head = store_.log_head();
  while (reader.position < head && !stop.stop_requested()) {
    ASSIGN_OR_RETURN(const bool read, Step(reader, head));
    if (read) continue;
    RETURN_IF_ERROR(Reconsider(reader, stop));
    if (stop.stop_requested()) break;
    reader.position = head;
    RETURN_IF_ERROR(KeepCursor(reader));
  }
  return absl::OkStatus();
}

absl::Status Reactions::LoadCursor(Reader& reader) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  ASSIGN_OR_RETURN(const std::string cursor, snapshot->Cursor(reader.cursor_name));
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &reader.position)) {
    return Failure(
        absl::StatusCode::kDataLoss, "STORE_CORRUPT",
        fmt::format("the cursor of {} is \"{}\", not a number", reader.cursor_name, cursor));
  }
  reader.kept = reader.position;
  reader.loaded = true;
  return absl::OkStatus();
}

// False: the log does not reach back so far any more.
absl::StatusOr<bool> Reactions::Step(Reader& reader, uint64_t head) {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
  auto log = snapshot->ReadLogOf(reader.reaction->Kinds(), reader.position, kEntriesReadMax);
  if (absl::IsOutOfRange(log.status())) return false;
  RETURN_IF_ERROR(log.status());
  std::vector<store::LogEntry> concerning;
  // Entries that were thinned away leave gaps: the end of what there is, is the end.
  uint64_t last = log->last == 0 ? head : std::min(log->last, head);
  for (store::LogEntry& entry : log->entries) {
    if (entry.seq > head) break;
    if (concerning.size() == kEntriesHandledMax) {
      last = concerning.back().seq;
      break;
    }
    if (reader.reaction->Concerns(entry, *snapshot)) concerning.push_back(std::move(entry));
  }
  if (!concerning.empty()) {
    RETURN_IF_ERROR(HandleSome(reader, concerning, last));
    return true;
  }
  reader.position = last;
  if (reader.position - reader.kept > kEntriesUnkeptMax) RETURN_IF_ERROR(KeepCursor(reader));
  return true;
}

// One transaction; the cursor goes to `last` when all entries are done with.
absl::Status Reactions::HandleSome(Reader& reader, const std::vector<store::LogEntry>& entries,
                                   uint64_t last) {
  uint64_t position = reader.position;
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const size_t done, reader.reaction->Handle(entries, transaction));
    position = done == entries.size() ? last : done == 0 ? reader.position : entries[done - 1].seq;
    return transaction.SetCursor(reader.cursor_name, std::to_string(position));
  }));
  reader.position = reader.kept = position;
  return absl::OkStatus();
}

absl::Status Reactions::KeepCursor(Reader& reader) {
  if (!reader.loaded || reader.kept == reader.position) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) {
    return transaction.SetCursor(reader.cursor_name, std::to_string(reader.position));
  }));
  reader.kept = reader.position;
  return absl::OkStatus();
}

absl::Status Reactions::TurnEpoch(Reader& reader, std::stop_token stop) {
  const std::string epoch = reader.reaction->Epoch(clock_.Now());
  if (epoch == reader.epoch) return absl::OkStatus();
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
    ASSIGN_OR_RETURN(reader.epoch, snapshot->Cursor(EpochName(reader.cursor_name)));
  }
  if (epoch == reader.epoch) return absl::OkStatus();
  RETURN_IF_ERROR(Reconsider(reader, stop));
  if (stop.stop_requested()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) {
    return transaction.SetCursor(EpochName(reader.cursor_name), epoch);
  }));
  reader.epoch = epoch;
  return absl::OkStatus();
}

// Hands over all orders, a page at a time, as entries of the log that they are not.
absl::Status Reactions::Reconsider(Reader& reader, std::stop_token stop) {
  uint64_t after = 0;
  while (!stop.stop_requested()) {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_.Read());
    ASSIGN_OR_RETURN(
        const std::vector<v1::Record> page,
        snapshot->List(v1::Record::kOrder, {.after = after, .limit = kOrdersPageSize}));
    if (page.empty()) return absl::OkStatus();
    after = page.back().id();
    std::vector<store::LogEntry> entries;
    for (const v1::Record& record : page) {
      if (!reader.reaction->Reconsiders(record.order())) continue;
      entries.push_back({.record_id = record.id(),
                         .kind = v1::Record::kOrder,
                         .revision = record.revision(),
                         .body = record.order().SerializeAsString()});
    }
    while (!entries.empty() && !stop.stop_requested()) {
      size_t done = 0;
      RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(done, reader.reaction->Handle(entries, transaction));
        return absl::OkStatus();
      }));
      entries.erase(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(done));
    }
  }
  return absl::OkStatus();
}

}  // namespace entrepot::trade
