#include "core/store/writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <utility>

#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/progress.h"
#include "core/store/row_story.h"
#include "core/store/write_transaction.h"

namespace entrepot::store {
namespace {

constexpr size_t kGroupMax = 256;
// Bulk work goes first after this long, so that steady interactive work does not starve it.
constexpr auto kBulkPatience = std::chrono::milliseconds(250);
constexpr auto kThinEvery = std::chrono::minutes(1);
// A step of thinning goes first after this long, so that a busy hub's log does not grow for ever.
constexpr auto kThinPatience = std::chrono::seconds(1);
// One step of thinning holds the writer for some milliseconds.
constexpr int kThinLogRows = 200;
constexpr int kThinRows = 500;
// Rows thinned once hold records, which change later: what they leave is removed once a day.
constexpr absl::Duration kSweepEvery = absl::Hours(24);

constexpr char kBeginSql[] = "BEGIN IMMEDIATE";
constexpr char kCommitSql[] = "COMMIT";
constexpr char kRollbackSql[] = "ROLLBACK";
constexpr char kSaveSql[] = "SAVEPOINT work";
constexpr char kReleaseSql[] = "RELEASE work";
constexpr char kUndoSql[] = "ROLLBACK TO work";

absl::Status ShuttingDown() {
  return Failure(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                 "the hub is shutting down: nothing was written, try again when it is back");
}

}  // namespace

Writer::Writer(Connection* db, Memory* memory, LogWatch* watch, const StoreOptions& options)
    : db_(db), memory_(memory), watch_(watch), options_(options), door_(db, memory, &buffers_) {}

void Writer::Start() {
  saved_head_ = memory_->head;
  saved_live_ = memory_->live;
  thin_due_ = Steady::now() + kThinEvery;
  const std::lock_guard lock(mutex_);
  started_ = true;
  thread_ = std::thread([this] { Loop(); });
}

void Writer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_came_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// The mutex is held.
absl::Status Writer::Refusal(size_t waiting) const {
  if (stopping_ || !started_) return ShuttingDown();
  if (OnOwnThread()) {
    return Failure(absl::StatusCode::kInternal, "WRITE_IN_WRITE",
                   "a write was asked for inside a write, which would wait for itself for ever");
  }
  if (waiting >= static_cast<size_t>(options_.writes_waiting_max)) {
    return Failure(absl::StatusCode::kUnavailable, "TOO_MANY_WRITES",
                   fmt::format("{} writes wait already (limit writes_waiting_max): try again in a "
                               "moment",
                               waiting));
  }
  return absl::OkStatus();
}

void Writer::Submit(Store::Work work, Store::Done done) {
  absl::Status refusal;
  {
    const std::lock_guard lock(mutex_);
    // A callback may ask for the next write: it does not wait for it.
    refusal = OnOwnThread() && !stopping_ ? absl::OkStatus() : Refusal(interactive_.size());
    if (refusal.ok()) {
      interactive_.push_back({std::move(work), std::move(done), Steady::now()});
      interactive_waiting_.store(static_cast<int>(interactive_.size()));
    }
  }
  if (refusal.ok()) {
    work_came_.notify_one();
  } else {
    done(refusal);
  }
}

absl::Status Writer::Run(Store::Work work) {
  return Await(&interactive_, static_cast<size_t>(options_.writes_waiting_max), std::move(work));
}

absl::Status Writer::RunBulk(Store::Work work) { return Await(&bulk_, 0, std::move(work)); }

absl::Status Writer::Await(std::deque<Task>* queue, size_t waiting_max, Store::Work work) {
  std::promise<absl::Status> promise;
  std::future<absl::Status> result = promise.get_future();
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(Refusal(waiting_max == 0 ? 0 : queue->size()));
    queue->push_back({std::move(work),
                      [&promise](absl::Status status) { promise.set_value(std::move(status)); },
                      Steady::now()});
    interactive_waiting_.store(static_cast<int>(interactive_.size()));
  }
  work_came_.notify_one();
  return result.get();
}

absl::Status Writer::Thin() {
  std::unique_lock lock(mutex_);
  RETURN_IF_ERROR(Refusal(0));
  const uint64_t wanted = ++thin_wanted_;
  work_came_.notify_one();
  thinned_.wait(lock, [&] { return stopping_ || thin_done_ >= wanted; });
  return thin_done_ >= wanted ? thin_status_ : ShuttingDown();
}

void Writer::Loop() {
  for (;;) {
    std::vector<Task> tasks;
    switch (WaitForNext(&tasks)) {
      case Next::kStop: return RefuseTheRest();
      case Next::kInteractive: RunGroup(std::move(tasks)); break;
      case Next::kBulk: tasks.front().done(RunAlone(tasks.front().work)); break;
      case Next::kThin: ThinOnce(); break;
    }
    // A failure here shows again in the next write, which has somebody to tell.
    if (!memory_->awaited.Prune(*db_).ok()) db_->ClearFailure();
  }
}

Writer::Next Writer::WaitForNext(std::vector<Task>* tasks) {
  std::unique_lock lock(mutex_);
  work_came_.wait_until(lock, thin_due_, [&] {
    return stopping_ || !interactive_.empty() || !bulk_.empty() || thin_wanted_ > thin_done_;
  });
  if (stopping_) return Next::kStop;
  const Steady::time_point now = Steady::now();
  if (thin_wanted_ > thin_done_) thin_due_ = std::min(thin_due_, now);
  if (now - thin_due_ > kThinPatience) return Next::kThin;
  const bool bulk_first =
      !bulk_.empty() && (interactive_.empty() || now - bulk_.front().since > kBulkPatience);
  if (bulk_first) {
    tasks->push_back(std::move(bulk_.front()));
    bulk_.pop_front();
    return Next::kBulk;
  }
  if (interactive_.empty()) return Next::kThin;  // nobody came until it was due
  while (!interactive_.empty() && tasks->size() < kGroupMax) {
    tasks->push_back(std::move(interactive_.front()));
    interactive_.pop_front();
  }
  interactive_waiting_.store(static_cast<int>(interactive_.size()));
  return Next::kInteractive;
}

void Writer::RefuseTheRest() {
  std::deque<Task> rest;
  {
    const std::lock_guard lock(mutex_);
    rest.swap(interactive_);
    std::move(bulk_.begin(), bulk_.end(), std::back_inserter(rest));
    bulk_.clear();
    interactive_waiting_.store(0);
  }
  thinned_.notify_all();
  for (const Task& task : rest) task.done(ShuttingDown());
}

void Writer::RunGroup(std::vector<Task> tasks) {
  if (tasks.size() == 1) return tasks.front().done(RunAlone(tasks.front().work));
  const Memory::Mark mark = memory_->TakeMark();
  std::vector<absl::Status> results(tasks.size());
  db_->ClearFailure();
  const bool committed =
      db_->Prepare(kBeginSql).Run().ok() && RunEach(tasks, &results) && Commit().ok();
  if (!committed) {
    Abandon(mark);
    // What one of them met must not be the others' fate.
    for (size_t i = 0; i < tasks.size(); ++i) results[i] = RunAlone(tasks[i].work);
  }
  for (size_t i = 0; i < tasks.size(); ++i) tasks[i].done(results[i]);
}

bool Writer::RunEach(std::vector<Task>& tasks, std::vector<absl::Status>* results) {
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Memory::Mark mark = memory_->TakeMark();
    if (!db_->Prepare(kSaveSql).Run().ok()) return false;
    (*results)[i] = Call(tasks[i].work);
    if (!db_->in_transaction()) return false;
    if (!(*results)[i].ok()) {
      buffers_.Drop();
      memory_->DropTo(mark);
      if (!db_->Prepare(kUndoSql).Run().ok()) return false;
      db_->ClearFailure();
    }
    if (!db_->Prepare(kReleaseSql).Run().ok()) return false;
  }
  return true;
}

absl::Status Writer::RunAlone(const Store::Work& work) {
  const Memory::Mark mark = memory_->TakeMark();
  db_->ClearFailure();
  absl::Status status = db_->Prepare(kBeginSql).Run();
  if (status.ok()) status = Call(work);
  if (status.ok()) status = Commit();
  if (!status.ok()) Abandon(mark);
  return status;
}

// The work and what it holds back; an error that it overlooked is its error.
absl::Status Writer::Call(const Store::Work& work) {
  const absl::Time now = options_.clock->Now();
  WriteTransaction transaction(db_, memory_, &buffers_, &door_, now, &interactive_waiting_);
  try {
    RETURN_IF_ERROR(work(transaction));
  } catch (const std::exception& exception) {
    return Failure(absl::StatusCode::kInternal, "WORK_THREW",
                   fmt::format("a write ended with an exception: {}", exception.what()));
  }
  RETURN_IF_ERROR(db_->failure());
  RETURN_IF_ERROR(NoteEqual(transaction, now));
  return buffers_.Flush(*db_, &memory_->bulk_places);
}

// Records that the work, or what was loaded at the start, has shown to be equal.
absl::Status Writer::NoteEqual(WriteTransaction& transaction, absl::Time now) {
  for (Projection* projection : memory_->projections) {
    for (const EqualPair& pair : projection->TakeEqual()) {
      RETURN_IF_ERROR(transaction.NoteDouble({.first = pair.one,
                                              .second = pair.other,
                                              .kind = pair.kind,
                                              .rule = pair.rule,
                                              .found_at = now}));
    }
  }
  return absl::OkStatus();
}

absl::Status Writer::Commit() {
  if (memory_->head != saved_head_) RETURN_IF_ERROR(SaveHead(*db_, memory_->head));
  RETURN_IF_ERROR(SaveLive(*db_, memory_->live, saved_live_));
  RETURN_IF_ERROR(db_->Prepare(kCommitSql).Run());
  saved_head_ = memory_->head;
  saved_live_ = memory_->live;
  memory_->Commit();
  watch_->Publish(memory_->head.seq, std::exchange(memory_->wake, false));
  return absl::OkStatus();
}

void Writer::Abandon(const Memory::Mark& mark) {
  if (db_->in_transaction()) db_->Prepare(kRollbackSql).Run().IgnoreError();
  buffers_.Drop();
  memory_->DropTo(mark);
  db_->ClearFailure();
}

absl::StatusOr<int> Writer::ThinStep() {
  const absl::Time now = options_.clock->Now();
  const IsRecord is_record = [this](const PackedEntry& entry) {
    return memory_->bulk_places.Find(entry.record_id).seq == entry.seq;
  };
  buffers_.row.Forget();
  ASSIGN_OR_RETURN(int taken, ThinLog(*db_, now - options_.bulk_history_kept, kThinLogRows,
                                      is_record, &memory_->head));
  ASSIGN_OR_RETURN(const int answers, ThinAnswers(*db_, now - options_.answers_kept, kThinRows));
  ASSIGN_OR_RETURN(const int runs, ThinRuns(*db_, now - options_.runs_kept, kThinRows));
  ASSIGN_OR_RETURN(const int settled, ThinConflicts(*db_, now - options_.settled_kept, kThinRows));
  ASSIGN_OR_RETURN(const int proposals,
                   ThinProposals(*db_, now - options_.settled_kept, kThinRows));
  ASSIGN_OR_RETURN(const int doubles, ThinDoubles(*db_, now - options_.settled_kept, kThinRows));
  ASSIGN_OR_RETURN(const int edits, ThinRowEdits(*db_, now - options_.runs_kept, kThinRows));
  taken += answers + runs + settled + proposals + doubles + edits;
  if (taken > 0 || now < sweep_due_) return taken;
  ASSIGN_OR_RETURN(taken, SweepThinned(*db_, kThinLogRows, is_record, &swept_));
  if (swept_ == 0) sweep_due_ = now + kSweepEvery;
  return taken;
}

void Writer::ThinOnce() {
  uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    wanted = thin_wanted_;
  }
  int thinned = 0;
  const absl::Status status = RunAlone([&](Transaction&) -> absl::Status {
    ASSIGN_OR_RETURN(thinned, ThinStep());
    return absl::OkStatus();
  });
  if (!status.ok()) log::Warn("old history could not be removed", {{"error", status}});
  if (status.ok() && thinned > 0) {
    thin_due_ = Steady::now();  // goes on when nobody waits
    return;
  }
  thin_due_ = Steady::now() + kThinEvery;
  {
    const std::lock_guard lock(mutex_);
    thin_done_ = wanted;
    thin_status_ = status;
  }
  thinned_.notify_all();
}

Store::Waiting Writer::waiting() {
  std::lock_guard lock(mutex_);
  return {.interactive = interactive_.size(), .bulk = bulk_.size()};
}

}  // namespace entrepot::store
