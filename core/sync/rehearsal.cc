#include "core/sync/rehearsal.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/base/absl_view.h"
#include "core/base/digest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/copy.h"
#include "core/sync/history.h"
#include "core/sync/intake.h"
#include "core/sync/key_text.h"
#include "core/sync/outside_id.h"
#include "core/sync/progress.h"
#include "core/sync/rehearsed_sink.h"
#include "core/sync/replay.h"

namespace entrepot::sync {
namespace {

constexpr int kEntriesPerPart = 500;
constexpr int kItemsPerPage = 500;

std::string Hex(const Digest128& digest) {
  return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

std::string DigestText(std::string_view bytes) { return Hex(DigestOf128(bytes)); }

// The body of a record as of an entry of the log.
absl::StatusOr<v1::Record> RecordIn(const store::LogEntry& entry) {
  v1::Record record;
  if (domain::MutableBodyOf(&record, entry.kind)->ParseFromString(entry.body)) return record;
  return absl::DataLossError(fmt::format("record {} revision {} cannot be read from the log",
                                         entry.record_id, entry.revision));
}

// The revision before `entry`; nothing: there is none, or it is no longer kept.
absl::StatusOr<std::optional<store::LogEntry>> Before(const store::Reader& reader,
                                                      const store::LogEntry& entry) {
  if (entry.revision == 1) return std::nullopt;
  for (int limit = 2;; limit *= 2) {
    ASSIGN_OR_RETURN(auto history, reader.History(entry.record_id, limit));
    for (size_t i = 0; i + 1 < history.size(); ++i) {
      if (history[i].revision == entry.revision) return std::move(history[i + 1]);
    }
    if (static_cast<int>(history.size()) < limit) return std::nullopt;
  }
}

v1::PlannedAction ActionOf(const store::LogEntry& entry, const store::LogEntry* before) {
  const bool was_there = before != nullptr && !before->deleted;
  if (entry.deleted) return v1::PLANNED_ACTION_DELETE;
  return entry.revision == 1 || (before != nullptr && !was_there) ? v1::PLANNED_ACTION_CREATE
                                                                  : v1::PLANNED_ACTION_CHANGE;
}

void SetSource(const store::ItemSource& source, v1::PlannedChange* change) {
  change->set_by(source.dataset);
  change->set_outside_id(source.outside_id);
  change->set_location(source.location);
  change->set_line(source.line);
}

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t nanos = absl::ToUnixNanos(time);
  timestamp->set_seconds(nanos / 1'000'000'000);
  timestamp->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

const v1::PlannedDataset* FindDataset(const v1::PlanBasis& basis, const std::string& path) {
  for (const v1::PlannedDataset& dataset : basis.datasets()) {
    if (dataset.dataset() == path) return &dataset;
  }
  return nullptr;
}

}  // namespace

std::filesystem::path PlansFolder(const config::v1::Config& config) {
  return std::filesystem::path(config.hub().data_folder()) / "plans";
}

Rehearsal::Rehearsal(const RehearsalOptions& options, const v1::PlanRequest& request, Emit emit)
    : options_(options), emit_(std::move(emit)) {
  *basis_.mutable_request() = request;
}

Rehearsal::~Rehearsal() {
  // What reacts holds on to the store, whose writer holds on to it.
  if (store_ != nullptr) store_->Stop();
  react_ = nullptr;
  store_.reset();
  matches_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

absl::Status Rehearsal::Open() {
  const std::filesystem::path plans = PlansFolder(*options_.config);
  std::error_code error;
  std::filesystem::create_directories(plans, error);
  std::string pattern = (plans / "XXXXXX").string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                   fmt::format("the folder {}, in which a plan is made, cannot be written: check "
                               "its owner and its disk",
                               plans.string()));
  }
  folder_ = pattern;
  RETURN_IF_ERROR(store::CopyStore(options_.config->hub().data_folder(), folder_));
  ASSIGN_OR_RETURN(store_, store::Store::Open({.folder = folder_, .clock = options_.clock}));
  RETURN_IF_ERROR(MakePlans());
  if (options_.make_react) react_ = options_.make_react(*store_);
  RETURN_IF_ERROR(store_->Start());
  began_ = options_.clock->Now();
  seen_ = store_->log_head();
  SetTime(began_, basis_.mutable_made_at());
  basis_.set_complete(true);
  basis_.set_change_log_head(seen_);
  basis_.set_config_digest(DigestText(options_.config->ShortDebugString()));
  basis_.set_digest(DigestText(""));
  return absl::OkStatus();
}

absl::Status Rehearsal::MakePlans() {
  ASSIGN_OR_RETURN(matches_, MatchIndex::From(*options_.config));
  store_->AddProjection(matches_.get());
  ASSIGN_OR_RETURN(plans_, MakePlan(*options_.config, options_.authority, matches_.get()));
  for (ConnectionPlan& plan : plans_) {
    // One that cannot be used has no part in it.
    const auto manifest = options_.describe(plan);
    if (manifest.ok()) AssignRoles(*manifest, &plan);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PlanBasis> Rehearsal::Run(const std::vector<std::string>& chosen,
                                             std::stop_token stop) {
  RETURN_IF_ERROR(Open());
  std::vector<const ConnectionPlan*> plans;
  for (const std::string& name : chosen) {
    for (const ConnectionPlan& plan : plans_) {
      if (plan.name == name) plans.push_back(&plan);
    }
  }
  for (const ConnectionPlan* connection : plans) {
    if (connection->source()) RETURN_IF_ERROR(ReadSources(*connection, stop));
    if (full()) return basis_;
  }
  RETURN_IF_ERROR(React());
  for (const ConnectionPlan* connection : plans) {
    if (connection->sink() && !full()) RETURN_IF_ERROR(WriteSink(*connection, stop));
  }
  return basis_;
}

absl::Status Rehearsal::WriteSink(const ConnectionPlan& connection, std::stop_token stop) {
  ASSIGN_OR_RETURN(connector::Manifest manifest, options_.describe(connection));
  RehearsedSink sink({.store = store_.get(),
                      .clock = options_.clock,
                      .limits = &options_.config->limits(),
                      .environment = options_.environment},
                     &connection, std::move(manifest),
                     [this](const v1::PlannedChange& change) { EmitChange(change); });
  RETURN_IF_ERROR(sink.Begin());
  for (bool more = true; more && !full();) {
    if (stop.stop_requested()) {
      return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                     "interrupted; nothing has been changed");
    }
    ASSIGN_OR_RETURN(more, sink.Round());
  }
  RETURN_IF_ERROR(EmitNews());
  v1::PlanResponse event;
  ASSIGN_OR_RETURN(*event.mutable_sink(), sink.End());
  emit_(event);
  return absl::OkStatus();
}

absl::Status Rehearsal::ReadSources(const ConnectionPlan& connection, std::stop_token stop) {
  const std::shared_ptr<Link> link = options_.make_link(connection);
  const std::stop_callback interrupt(stop, [&] { link->Stop(); });
  for (const DatasetPlan& dataset : connection.datasets) {
    if (!dataset.source || full()) continue;
    RETURN_IF_ERROR(ReadDataset(dataset, link, stop));
    if (stop.stop_requested()) {
      return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                     "interrupted; nothing has been changed");
    }
  }
  return absl::OkStatus();
}

absl::Status Rehearsal::ReadDataset(const DatasetPlan& dataset, const std::shared_ptr<Link>& link,
                                    std::stop_token stop) {
  v1::PlannedDataset* read = basis_.add_datasets();
  read->set_dataset(dataset.path);
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(const std::string cursor, snapshot->Cursor("dataset:" + dataset.path));
    read->set_cursor_digest(DigestText(cursor));
  }
  // What cannot be shown any more need not be read.
  std::stop_source enough;
  const std::stop_callback pass_on(stop, [&] { enough.request_stop(); });
  const uint64_t left = options_.config->limits().planned_changes_max() - basis_.changes();
  const auto look = [&](const store::Run& run) {
    if (run.created + run.changed + run.deleted + run.parked + run.dead > left) {
      enough.request_stop();
    }
  };
  const IntakeOptions intake{store_.get(), &options_.config->limits(), options_.environment};
  const v1::PlanRequest& request = basis_.request();
  ASSIGN_OR_RETURN(
      IntakeEnd end,
      Intake(intake).Run(
          dataset, link,
          {.full = request.full(), .accept_deletions = request.accept_deletions(), .preview = true},
          look, enough.get_token()));
  read->set_read_digest(fmt::format("{:016x}", end.read_digest));
  read->set_rows(end.run.read);
  Replay replay(intake, &plans_);
  ASSIGN_OR_RETURN(const uint64_t recovered, replay.ApplyQueued());
  end.run.recovered += recovered;
  RETURN_IF_ERROR(EmitNews());
  const bool cut = enough.stop_requested() && !stop.stop_requested();
  if (cut) basis_.set_complete(false);
  v1::PlanResponse event;
  *event.mutable_run() = ToProto(end.run);
  event.mutable_run()->clear_id();
  if (full()) event.mutable_run()->clear_error();  // it was cut off because it was enough
  emit_(event);
  return absl::OkStatus();
}

absl::Status Rehearsal::React() {
  if (!react_) return absl::OkStatus();
  RETURN_IF_ERROR(react_());
  const IntakeOptions intake{store_.get(), &options_.config->limits(), options_.environment};
  RETURN_IF_ERROR(Replay(intake, &plans_).ApplyQueued().status());
  return EmitNews();
}

absl::Status Rehearsal::EmitNews() {
  RETURN_IF_ERROR(EmitLog());
  RETURN_IF_ERROR(EmitParked());
  RETURN_IF_ERROR(EmitLetters());
  return EmitConflicts();
}

absl::Status Rehearsal::EmitLog() {
  while (!full()) {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
    ASSIGN_OR_RETURN(const auto entries, snapshot->ReadLog(seen_, kEntriesPerPart));
    if (entries.empty()) break;
    for (const store::LogEntry& entry : entries) {
      ASSIGN_OR_RETURN(const v1::PlannedChange change, ChangeOf(*snapshot, entry));
      EmitChange(change);
      seen_ = entry.seq;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::PlannedChange> Rehearsal::ChangeOf(const store::Reader& reader,
                                                      const store::LogEntry& entry) {
  v1::PlannedChange change;
  ASSIGN_OR_RETURN(const auto before, Before(reader, entry));
  ASSIGN_OR_RETURN(const v1::Record after_record, RecordIn(entry));
  v1::Record before_record;
  if (before) {
    ASSIGN_OR_RETURN(before_record, RecordIn(*before));
  }
  const domain::KindInfo& kind = domain::InfoOf(entry.kind);
  change.set_action(ActionOf(entry, before ? &*before : nullptr));
  change.set_by(entry.origin);
  change.set_kind(kind.name);
  ASSIGN_OR_RETURN(*change.mutable_key(), KeyTextOf(reader, kind, domain::BodyOf(after_record)));
  if (entry.revision == 1 && first_new_ == 0) first_new_ = entry.record_id;
  if (first_new_ == 0 || entry.record_id < first_new_) change.set_record_id(entry.record_id);
  change.set_revision(entry.revision);
  const size_t slash = entry.origin.find('/');
  if (slash != entry.origin.npos) {
    ASSIGN_OR_RETURN(*change.mutable_outside_id(),
                     OutsideIdOf(reader, entry.origin.substr(0, slash), entry.record_id));
  }
  if (before || entry.revision == 1) {
    for (v1::FieldChange& field : Differences(before ? &domain::BodyOf(before_record) : nullptr,
                                              &domain::BodyOf(after_record))) {
      *change.add_changes() = std::move(field);
    }
  }
  return change;
}

// Newest first, until those that were there before.
absl::Status Rehearsal::EmitParked() {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
  std::vector<v1::PlannedChange> found;
  for (store::Page page{.limit = kItemsPerPage, .newest_first = true};;) {
    ASSIGN_OR_RETURN(const auto items, snapshot->ListParked(page));
    for (const store::ParkedItem& item : items) {
      if (item.parked_at < began_ || !parked_.insert(item.id).second) continue;
      v1::PlannedChange& change = found.emplace_back();
      change.set_action(v1::PLANNED_ACTION_PARK);
      SetSource(item.source, &change);
      change.set_reason(fmt::format("waits for {} {}", item.waits_for_kind, item.waits_for_key));
    }
    if (items.empty() || items.back().parked_at < began_) break;
    page.after = items.back().id;
  }
  std::for_each(found.rbegin(), found.rend(), [this](const auto& change) { EmitChange(change); });
  return absl::OkStatus();
}

absl::Status Rehearsal::EmitLetters() {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
  std::vector<v1::PlannedChange> found;
  for (store::Page page{.limit = kItemsPerPage, .newest_first = true};;) {
    ASSIGN_OR_RETURN(const auto letters, snapshot->ListDeadLetters("", page));
    for (const store::DeadLetter& letter : letters) {
      if (letter.died_at < began_ || !letters_.insert(letter.id).second) continue;
      v1::PlannedChange& change = found.emplace_back();
      const bool delivery = letter.record_id != 0;
      change.set_action(delivery ? v1::PLANNED_ACTION_REJECT : v1::PLANNED_ACTION_DEAD_LETTER);
      SetSource(letter.source, &change);
      change.set_reason(letter.field.empty() ? letter.reason : letter.field + ": " + letter.reason);
    }
    if (letters.empty() || letters.back().died_at < began_) break;
    page.after = letters.back().id;
  }
  std::for_each(found.rbegin(), found.rend(), [this](const auto& change) { EmitChange(change); });
  return absl::OkStatus();
}

absl::Status Rehearsal::EmitConflicts() {
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
  for (store::Page page{.limit = kItemsPerPage};;) {
    ASSIGN_OR_RETURN(const auto conflicts, snapshot->ListConflicts(false, page));
    if (conflicts.empty()) return absl::OkStatus();
    for (const store::Conflict& conflict : conflicts) {
      if (conflict.seen_at < began_ || !conflicts_.insert(conflict.id).second) continue;
      v1::PlannedChange change;
      v1::Record ours;
      v1::Record theirs;
      google::protobuf::Message* our_body = domain::MutableBodyOf(&ours, conflict.kind);
      google::protobuf::Message* their_body = domain::MutableBodyOf(&theirs, conflict.kind);
      if (!our_body->ParseFromString(conflict.ours) ||
          !their_body->ParseFromString(conflict.theirs)) {
        continue;
      }
      ASSIGN_OR_RETURN(const auto record, snapshot->Get(conflict.record_id));
      const domain::KindInfo& kind = domain::InfoOf(conflict.kind);
      change.set_action(v1::PLANNED_ACTION_CONFLICT);
      change.set_by(conflict.dataset);
      change.set_kind(kind.name);
      if (record) {
        ASSIGN_OR_RETURN(*change.mutable_key(),
                         KeyTextOf(*snapshot, kind, domain::BodyOf(*record)));
      }
      change.set_record_id(conflict.record_id);
      change.set_outside_id(conflict.outside_id);
      change.set_reason(fmt::format("{} shows another value of \"{}\" than the hub keeps",
                                    conflict.connection(), conflict.group));
      for (v1::FieldChange& field : Differences(our_body, their_body)) {
        *change.add_changes() = std::move(field);
      }
      EmitChange(change);
    }
    page.after = conflicts.back().id;
  }
}

bool Rehearsal::full() const { return !basis_.complete(); }

void Rehearsal::EmitChange(const v1::PlannedChange& change) {
  if (full()) return;
  if (basis_.changes() >= static_cast<uint64_t>(options_.config->limits().planned_changes_max())) {
    basis_.set_complete(false);
    return;
  }
  basis_.set_changes(basis_.changes() + 1);
  basis_.set_digest(DigestText(basis_.digest() + change.SerializeAsString()));
  v1::PlanResponse event;
  *event.mutable_change() = change;
  emit_(event);
}

std::string WhyStale(const v1::PlanBasis& planned, const v1::PlanBasis& now) {
  if (planned.config_digest() != now.config_digest()) {
    return "the hub's configuration, or its release, has changed since the plan was made";
  }
  if (planned.digest() == now.digest() && planned.changes() == now.changes()) return "";
  for (const v1::PlannedDataset& dataset : now.datasets()) {
    const v1::PlannedDataset* before = FindDataset(planned, dataset.dataset());
    if (before == nullptr) continue;
    if (before->cursor_digest() != dataset.cursor_digest()) {
      return fmt::format("{} has been read since the plan was made", dataset.dataset());
    }
    if (before->read_digest() != dataset.read_digest()) {
      return fmt::format(
          "what {} brings has changed since the plan was made: it was {} rows, now "
          "it is {}",
          dataset.dataset(), before->rows(), dataset.rows());
    }
  }
  if (planned.change_log_head() != now.change_log_head()) {
    return fmt::format(
        "records of the hub have changed since the plan was made: its log has {} "
        "new entries",
        now.change_log_head() - planned.change_log_head());
  }
  return "what waits to be delivered has changed since the plan was made";
}

}  // namespace entrepot::sync
