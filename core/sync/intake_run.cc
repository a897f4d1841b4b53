#include "core/sync/intake_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// The queue between the threads holds about one transaction.
constexpr size_t kBatchesMax = 64;
constexpr int kParkedPerPage = 1000;

int64_t MonotonicNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

absl::Duration TimeMax(const config::v1::Limits& limits) {
  return absl::Seconds(limits.intake_time_max().seconds()) +
         absl::Nanoseconds(limits.intake_time_max().nanos());
}

size_t BatchesOf(const config::v1::Limits& limits) {
  const auto batches = static_cast<size_t>(limits.intake_rows_max() / limits.batch_rows_max());
  return std::clamp<size_t>(batches, 2, kBatchesMax);
}

}  // namespace

IntakeRun::IntakeRun(const IntakeOptions& options, const DatasetPlan& dataset,
                     const IntakeRequest& request, RowMemories* memories,
                     const Intake::Progress& progress, std::stop_token stop)
    : options_(options),
      dataset_(dataset),
      request_(request),
      memories_(memories),
      progress_(progress),
      stop_(std::move(stop)),
      cursor_name_("dataset:" + dataset.path) {}

absl::StatusOr<IntakeEnd> IntakeRun::Run(std::shared_ptr<Link> link) {
  RETURN_IF_ERROR(Begin());
  absl::Status status = Start(std::move(link));
  if (status.ok()) {
    const std::stop_callback cancel(stop_, [this] { ahead_->Cancel(); });
    status = ReadAndWrite();
  }
  if (request_.preview && ahead_ != nullptr) read_digest_ = ahead_->read_digest();
  ahead_.reset();
  if (remembering_ != nullptr && !committed_.in_snapshot) {
    remembering_->Finish();
    memories_->Keep(dataset_.path, std::move(remembering_));
  }
  return End(status);
}

absl::Status IntakeRun::Begin() {
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.store->Read());
    ASSIGN_OR_RETURN(committed_.cursor, snapshot->Cursor(cursor_name_));
    RETURN_IF_ERROR(held_.Load(*snapshot, dataset_.path));
    generation_ = options_.store->identity_generation();
  }
  committed_.run.dataset = dataset_.path;
  committed_.run.full = request_.full;
  return options_.store->Write([this](store::Transaction& tx) -> absl::Status {
    committed_.run.started_at = tx.now();
    committed_.run.id = 0;
    ASSIGN_OR_RETURN(committed_.run.id, tx.SaveRun(committed_.run));
    return absl::OkStatus();
  });
}

absl::Status IntakeRun::Start(std::shared_ptr<Link> link) {
  if (dataset_.kind->hub_owned) {
    return Failure(absl::StatusCode::kInvalidArgument, "HUB_OWNED_KIND",
                   fmt::format("{}: records of kind {} are made by the hub, no source may bring "
                               "them",
                               dataset_.path, dataset_.kind->name));
  }
  ASSIGN_OR_RETURN(admission_, Admission::Make(&dataset_, options_.environment, &held_));
  const config::v1::Limits& limits = *options_.limits;
  recalled_ = memories_->Find(dataset_.path);
  ASSIGN_OR_RETURN(ahead_,
                   ReadAhead::Start({.link = std::move(link),
                                     .store = options_.store,
                                     .dataset = dataset_,
                                     .environment = options_.environment,
                                     .cursor = committed_.cursor,
                                     .full = request_.full,
                                     .preview = request_.preview,
                                     .rows_max = static_cast<uint32_t>(limits.batch_rows_max()),
                                     .bytes_max = static_cast<uint64_t>(limits.batch_bytes_max()),
                                     .batches_max = BatchesOf(limits),
                                     .memory = recalled_}));
  return absl::OkStatus();
}

absl::Status IntakeRun::ReadAndWrite() {
  const absl::Duration wait = TimeMax(*options_.limits);
  const size_t enough = BatchesOf(*options_.limits);
  while (true) {
    if (waiting_.size() < enough) {
      // Where something waits already, the reader is not waited for.
      auto taken =
          ahead_->Take(enough - waiting_.size(), waiting_.empty() ? wait : absl::ZeroDuration());
      std::move(taken.begin(), taken.end(), std::back_inserter(waiting_));
    }
    if (!waiting_.empty() || committed_.deleting) {
      if (committed_.deleting && stop_.stop_requested()) {
        return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                       "interrupted while records missing from a full read were being deleted; the "
                       "next run reads it again");
      }
      RETURN_IF_ERROR(Commit());
    } else if (ahead_->ended()) {
      return ahead_->status();
    } else if (stop_.stop_requested() && !ahead_->EndsAfterCancel()) {
      return Failure(absl::StatusCode::kCancelled, "CONNECTOR_HANGS",
                     "interrupted, but the connector does not return from its call");
    }
  }
}

absl::Status IntakeRun::Commit() {
  const absl::Status written = options_.store->WriteBulk([this](store::Transaction& tx) {
    held_.Rollback();  // of an attempt before this one
    if (remembering_ != nullptr) remembering_->DropTo(committed_.remembered);
    next_ = committed_;
    next_.batches = 0;
    next_.lost = false;
    rows_ = 0;
    until_ns_ = MonotonicNs() + absl::ToInt64Nanoseconds(TimeMax(*options_.limits));
    return Work(tx);
  });
  if (!written.ok()) {
    held_.Rollback();
    return written;
  }
  held_.Commit();
  committed_ = next_;
  for (size_t i = 0; i < next_.batches; ++i) {
    ahead_->GiveBack(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  ahead_->SetCommitted(committed_.cursor);
  if (progress_) progress_(committed_.run);
  return absl::OkStatus();
}

bool IntakeRun::Full() const {
  return rows_ >= static_cast<uint64_t>(options_.limits->intake_rows_max()) ||
         MonotonicNs() >= until_ns_;
}

absl::Status IntakeRun::Work(store::Transaction& tx) {
  // Every transaction gets something done, however many wait for it to end.
  for (bool first = true; first || (!Full() && !tx.OthersWait()); first = false) {
    if (next_.deleting) {
      RETURN_IF_ERROR(DeleteMissing(tx));
    } else if (next_.batches < waiting_.size()) {
      // A full read begins with a transaction, so that the log's head is where it begins.
      if (!first && waiting_[next_.batches]->source.head().snapshot_begin()) break;
      RETURN_IF_ERROR(EnterBatch(tx, *waiting_[next_.batches]));
    } else {
      break;
    }
  }
  if (next_.cursor != committed_.cursor) {
    RETURN_IF_ERROR(tx.SetCursor(cursor_name_, next_.cursor));
  }
  return tx.SaveRun(next_.run).status();
}

absl::Status IntakeRun::EnterBatch(store::Transaction& tx, Batch& batch) {
  if (batch.source.head().snapshot_begin()) {
    BeginSnapshot();
  }
  RETURN_IF_ERROR(EnterRows(tx, batch));
  RETURN_IF_ERROR(CheckLimits(tx));
  rows_ += batch.source.size();
  if (batch.source.head().snapshot_end() && next_.in_snapshot) {
    RETURN_IF_ERROR(EndSnapshot(tx, batch));
  } else if (!next_.in_snapshot) {
    next_.cursor = batch.source.head().next_cursor();
  }
  ++next_.batches;
  return absl::OkStatus();
}

void IntakeRun::BeginSnapshot() {
  absence_.Begin(options_.store->log_head());
  held_.Begin();
  next_.in_snapshot = true;
  next_.remembered = 0;
  if (!dataset_.kind->bulk) return;
  // Rows were mapped since the run began: what has changed its meaning since then counts as well.
  remembering_ = std::make_shared<RowMemory>(
      generation_, static_cast<size_t>(options_.limits->remembered_rows_max()));
}

absl::Status IntakeRun::EnterRows(store::Transaction& tx, Batch& batch) {
  constexpr size_t kAhead = 8;  // about the time that memory takes
  RETURN_IF_ERROR(admission_->Bind(batch.source.rows()));
  const bool refers = !dataset_.kind->references.empty();
  const bool holds = recalled_ != nullptr && recalled_->generation() == tx.identity_generation();
  for (size_t i = 0, size = batch.source.size(); i < size; ++i) {
    if (i + kAhead < size) admission_->Expect(tx, batch.items[i + kAhead], kAhead);
    const Item& item = batch.items[i];
    // An id that the row refers by may mean another record since it was mapped.
    const bool stale = refers && batch.generation != tx.identity_generation();
    const RawRow raw = RowOf(batch.source, i);
    ASSIGN_OR_RETURN(const Passage passage, stale ? admission_->EnterRow(tx, raw)
                                                  : admission_->Enter(tx, raw, item, holds));
    Count(passage);
    Remember(tx, item, passage);
  }
  for (const connector::BadRow& bad : batch.source.head().bad_rows()) {
    RETURN_IF_ERROR(admission_->BuryBadRow(tx, bad));
    ++next_.run.read;
    ++next_.run.dead;
    absence_.SeeUnknown();
  }
  return absl::OkStatus();
}

void IntakeRun::Remember(const store::Transaction& tx, const Item& item, const Passage& passage) {
  if (remembering_ == nullptr || item.text == 0 || passage.record_id == 0) return;
  if (passage.result == Passage::Result::kParked || passage.result == Passage::Result::kDead)
    return;
  remembering_->Add({.text = item.text,
                     .record_id = passage.record_id,
                     .digest = tx.BulkDigest(passage.record_id)});
  next_.remembered = remembering_->size();
}

void IntakeRun::Count(const Passage& passage) {
  store::Run& run = next_.run;
  ++run.read;
  if (passage.recovered) ++run.recovered;
  next_.lost |= passage.lost;
  if (next_.in_snapshot) {
    if (passage.record_id != 0) absence_.See(passage.record_id);
    if (passage.record_id == 0 && passage.result == Passage::Result::kDead) absence_.SeeUnknown();
  }
  switch (passage.result) {
    case Passage::Result::kCreated: ++run.created; return;
    case Passage::Result::kChanged: ++run.changed; return;
    case Passage::Result::kDeleted: ++run.deleted; return;
    case Passage::Result::kUnchanged: ++run.unchanged; return;
    case Passage::Result::kParked: ++run.parked; return;
    case Passage::Result::kDead: ++run.dead; return;
  }
}

absl::Status IntakeRun::EndSnapshot(store::Transaction& tx, const Batch& batch) {
  ASSIGN_OR_RETURN(missing_, absence_.Missing(tx, dataset_));
  if (!missing_.empty() && absence_.unknown()) {
    log::Warn(
        "records are missing from a full read, but it has rows that cannot be told apart: "
        "nothing is deleted until those are corrected",
        {{"dataset", dataset_.path}, {"missing", missing_.size()}});
    missing_.clear();
  }
  if (!request_.accept_deletions) {
    RETURN_IF_ERROR(CheckDeletions(tx, dataset_, missing_.size()));
  }
  if (!absence_.unknown()) RETURN_IF_ERROR(ForgetUnseenWaiters(tx));
  next_.in_snapshot = false;
  next_.end_cursor = batch.source.head().next_cursor();
  next_.deleting = true;
  next_.deleted = 0;
  return absl::OkStatus();
}

// Rows parked before the full read that did not come in it are no longer at the source: they must
// not become records when what they wait for comes.
absl::Status IntakeRun::ForgetUnseenWaiters(store::Transaction& tx) {
  for (store::Page page{.limit = kParkedPerPage}; held_.any_unseen();) {
    ASSIGN_OR_RETURN(const auto items, tx.ListParked(page));
    if (items.empty()) break;
    for (const store::ParkedItem& item : items) {
      if (item.source.dataset != dataset_.path || !held_.Unseen(item.source.outside_id)) continue;
      RETURN_IF_ERROR(tx.RemoveParked(item.id));
      held_.Set(item.source.outside_id, Held::Book::kNone);
    }
    page.after = items.back().id;
  }
  return absl::OkStatus();
}

// As many as the transaction may still take; the cursor moves with the last of them. Those that
// somebody has written since the reading began stay.
absl::Status IntakeRun::DeleteMissing(store::Transaction& tx) {
  constexpr size_t kBetweenLooks = 200;
  const size_t end = std::min(missing_.size(), next_.deleted + kBetweenLooks);
  for (; next_.deleted < end; ++next_.deleted) {
    const uint64_t id = missing_[next_.deleted];
    ++rows_;
    ASSIGN_OR_RETURN(const auto newest, tx.History(id, 1));
    if (newest.empty() || newest.front().seq > absence_.begun_at()) continue;
    ASSIGN_OR_RETURN(const bool deleted, admission_->Delete(tx, id));
    if (deleted) ++next_.run.deleted;
  }
  if (next_.deleted == missing_.size()) {
    next_.deleting = false;
    next_.cursor = next_.end_cursor;
  }
  return absl::OkStatus();
}

absl::Status IntakeRun::CheckLimits(const store::Transaction& tx) const {
  const auto check = [&](uint64_t held, int32_t limit, const char* reason, const char* what,
                         const char* key) {
    if (held <= static_cast<uint64_t>(limit)) return absl::OkStatus();
    return Failure(absl::StatusCode::kResourceExhausted, reason,
                   fmt::format("{}: more than {} {} (limits.{}): the run stopped before the rows "
                               "that would pass the limit. Look at what is there, correct the "
                               "mapping or the source, then run it again",
                               dataset_.path, limit, what, key));
  };
  RETURN_IF_ERROR(check(held_.parked(), options_.limits->parked_max(), "TOO_MANY_PARKED",
                        "rows wait for records that have not come", "parked_max"));
  RETURN_IF_ERROR(check(held_.dead(), options_.limits->dead_letters_max(), "TOO_MANY_DEAD_LETTERS",
                        "rows are dead letters", "dead_letters_max"));
  if (!next_.lost) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint64_t conflicts, tx.CountConflicts(dataset_.path));
  return check(conflicts, options_.limits->conflicts_max(), "TOO_MANY_CONFLICTS",
               "conflicts are open", "conflicts_max");
}

absl::StatusOr<IntakeEnd> IntakeRun::End(const absl::Status& status) {
  store::Run run = committed_.run;
  run.error = std::string(StdView(status.message()));
  RETURN_IF_ERROR(options_.store->Write([&](store::Transaction& tx) {
    run.ended_at = tx.now();
    return tx.SaveRun(run).status();
  }));
  if (progress_) progress_(run);
  return IntakeEnd{.run = std::move(run), .status = status, .read_digest = read_digest_};
}

}  // namespace entrepot::sync
