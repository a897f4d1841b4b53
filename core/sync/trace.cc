#include "core/sync/trace.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/diff.h"
#include "core/sync/key_text.h"
#include "core/sync/parcel.h"

namespace entrepot::sync {
namespace {

using google::protobuf::Message;

constexpr int kRelatedMax = 20;
constexpr int kScannedMax = 20'000;  // records looked through for those that refer to this one
constexpr int kPage = 1000;
constexpr size_t kChangesMax = 6;
constexpr size_t kValueBytesMax = 60;

struct Step {
  absl::Time at;
  std::string text;
};

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

std::unique_ptr<Message> BodyIn(const store::LogEntry& entry) {
  std::unique_ptr<Message> body(google::protobuf::MessageFactory::generated_factory()
                                    ->GetPrototype(domain::InfoOf(entry.kind).descriptor)
                                    ->New());
  if (!body->ParseFromString(entry.body)) return nullptr;
  return body;
}

std::string Shortened(const std::string& value) {
  if (value.empty()) return "nothing";
  if (value.size() <= kValueBytesMax) return value;
  size_t cut = kValueBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0) == 0x80) --cut;
  return value.substr(0, cut) + "…";
}

std::string ChangesText(const std::vector<domain::FieldDifference>& differences) {
  std::string text;
  for (size_t i = 0; i < differences.size() && i < kChangesMax; ++i) {
    const auto& difference = differences[i];
    text += fmt::format("{}{}: {} → {}", i == 0 ? "" : ", ", difference.path,
                        Shortened(difference.before), Shortened(difference.after));
  }
  if (differences.size() > kChangesMax) {
    text += fmt::format(" and {} more fields", differences.size() - kChangesMax);
  }
  return text;
}

// "warehouse/stock" is read, "api:anna" is written, "reaction:invoice" is made.
std::string Verb(std::string_view origin, bool first) {
  if (origin.starts_with("api:")) {
    return fmt::format("{} through the API by {}", first ? "entered" : "changed",
                       origin.substr(std::string_view("api:").size()));
  }
  if (origin.starts_with("reaction:")) {
    return fmt::format("{} by the hub itself ({})", first ? "made" : "changed",
                       origin.substr(std::string_view("reaction:").size()));
  }
  return fmt::format("{} from {}", first ? "read" : "changed by a reading", origin);
}

std::string RevisionText(const store::LogEntry& entry, const store::LogEntry* before) {
  std::string text = fmt::format("revision {}: ", entry.revision);
  if (entry.deleted && (before == nullptr || !before->deleted)) {
    return text + fmt::format("deleted by {}", entry.origin);
  }
  text += Verb(entry.origin, entry.revision == 1);
  if (before == nullptr) return text;
  if (before->deleted && !entry.deleted) text += ", no longer deleted";
  const auto old_body = BodyIn(*before);
  const auto new_body = BodyIn(entry);
  const std::string changes = ChangesText(domain::Diff(old_body.get(), new_body.get()));
  return changes.empty() ? text : fmt::format("{}: {}", text, changes);
}

std::string DeliveryText(const store::Delivery& delivery) {
  const std::string known =
      delivery.outside_id.empty() ? "" : fmt::format(", there as \"{}\"", delivery.outside_id);
  const std::string& to = delivery.connection;
  switch (delivery.state) {
    case store::DeliveryState::kPending:
      return fmt::format("revision {} is to go to {}{}{}", delivery.revision, to, known,
                         delivery.error.empty() ? "" : "; the last try: " + delivery.error);
    case store::DeliveryState::kInFlight:
      return fmt::format("revision {} is on its way to {}{}", delivery.revision, to, known);
    case store::DeliveryState::kUnknown:
      return fmt::format("revision {} was sent to {}, and its answer was lost: {}",
                         delivery.revision, to, delivery.error);
    case store::DeliveryState::kDelivered:
      return fmt::format("revision {} is at {}{}", delivery.delivered_revision, to, known);
    case store::DeliveryState::kRejected:
      return fmt::format("revision {} was rejected by {}: {}", delivery.revision, to,
                         delivery.error);
    case store::DeliveryState::kWaiting:
      return fmt::format("revision {} waits at {} for {}", delivery.revision, to,
                         delivery.waits_for);
  }
  return "";
}

absl::StatusOr<v1::Record> Required(const store::Reader& reader, uint64_t id) {
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (record) return *std::move(record);
  return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                 fmt::format("there is no record #{}", id));
}

absl::StatusOr<std::string> NameOf(const store::Reader& reader, const v1::Record& record) {
  const domain::KindInfo& info = domain::InfoOf(record.body_case());
  ASSIGN_OR_RETURN(const std::string key, KeyTextOf(reader, info, domain::BodyOf(record)));
  return fmt::format("{} {}", info.name, key);
}

// The steps of one record, unsorted.
class Tracer {
 public:
  Tracer(const store::Reader& reader, const v1::Record& record)
      : reader_(reader), record_(record), info_(domain::InfoOf(record.body_case())) {}

  absl::StatusOr<std::vector<Step>> Steps(int revisions_max) {
    RETURN_IF_ERROR(AddRevisions(revisions_max));
    RETURN_IF_ERROR(AddBindings());
    RETURN_IF_ERROR(AddDeliveries());
    RETURN_IF_ERROR(AddReferred());
    RETURN_IF_ERROR(AddReferring());
    std::stable_sort(steps_.begin(), steps_.end(),
                     [](const Step& a, const Step& b) { return a.at < b.at; });
    return std::move(steps_);
  }

 private:
  absl::Status AddRevisions(int revisions_max) {
    ASSIGN_OR_RETURN(const auto history, reader_.History(record_.id(), revisions_max));
    for (size_t i = 0; i < history.size(); ++i) {
      const store::LogEntry* before = i + 1 < history.size() ? &history[i + 1] : nullptr;
      steps_.push_back({history[i].at, RevisionText(history[i], before)});
      newest_ = std::max(newest_, history[i].at);
    }
    std::reverse(steps_.begin(), steps_.end());
    if (!history.empty() && history.back().revision > 1) {
      steps_.insert(steps_.begin(),
                    {history.back().at, fmt::format("revisions before {} are no longer shown",
                                                    history.back().revision)});
    }
    return absl::OkStatus();
  }

  absl::Status AddBindings() {
    ASSIGN_OR_RETURN(const auto bindings, reader_.BindingsOf(record_.id()));
    for (const auto& [connection, outside_id] : bindings) {
      steps_.push_back({newest_, fmt::format("{} knows it as \"{}\"", connection, outside_id)});
    }
    return absl::OkStatus();
  }

  absl::Status AddDeliveries() {
    ASSIGN_OR_RETURN(const auto deliveries, reader_.DeliveriesOf(record_.id()));
    for (const store::Delivery& delivery : deliveries) {
      const bool sent = delivery.sent_at > absl::UnixEpoch();
      steps_.push_back({sent ? delivery.sent_at : newest_, DeliveryText(delivery)});
    }
    return absl::OkStatus();
  }

  absl::Status AddReferred() {
    auto ids = domain::ReferencesOf(info_, domain::BodyOf(record_));
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const uint64_t id : ids) {
      if (related_ >= kRelatedMax) return absl::OkStatus();
      ASSIGN_OR_RETURN(const auto referred, reader_.Get(id));
      if (!referred) continue;
      RETURN_IF_ERROR(AddRelated("refers to", *referred));
    }
    return absl::OkStatus();
  }

  // By a look through the newest records of each kind that can refer to this one; kinds that come
  // by the million are left out, as that would take too long.
  absl::Status AddReferring() {
    for (const domain::KindInfo& kind : domain::Kinds()) {
      const bool can = std::any_of(kind.references.begin(), kind.references.end(),
                                   [&](const auto& to) { return to.target == info_.kind; });
      if (!can || kind.bulk) continue;
      store::Page page{.limit = kPage, .newest_first = true};
      for (int looked = 0; looked < kScannedMax && related_ < kRelatedMax;) {
        ASSIGN_OR_RETURN(const auto records, reader_.List(kind.kind, page));
        for (const v1::Record& record : records) {
          const auto ids = domain::ReferencesOf(kind, domain::BodyOf(record));
          if (std::find(ids.begin(), ids.end(), record_.id()) == ids.end()) continue;
          if (related_ >= kRelatedMax) break;
          RETURN_IF_ERROR(AddRelated("is referred to by", record));
        }
        if (records.size() < kPage) break;
        looked += static_cast<int>(records.size());
        page.after = records.back().id();
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddRelated(std::string_view how, const v1::Record& record) {
    ++related_;
    ASSIGN_OR_RETURN(const std::string name, NameOf(reader_, record));
    absl::Time at = newest_;
    if (how != "refers to") {
      at = absl::FromUnixSeconds(record.changed_at().seconds()) +
           absl::Nanoseconds(record.changed_at().nanos());
    }
    steps_.push_back({at, fmt::format("{} {} (#{}, revision {}{})", how, name, record.id(),
                                      record.revision(), record.deleted() ? ", deleted" : "")});
    return absl::OkStatus();
  }

  const store::Reader& reader_;
  const v1::Record& record_;
  const domain::KindInfo& info_;
  std::vector<Step> steps_;
  absl::Time newest_ = absl::UnixEpoch();
  int related_ = 0;
};

v1::Record RecordOf(uint64_t id, const store::LogEntry& entry) {
  v1::Record record;
  record.set_id(id);
  record.set_revision(entry.revision);
  record.set_origin(entry.origin);
  record.set_deleted(entry.deleted);
  SetTime(entry.at, record.mutable_changed_at());
  // A body that cannot be read is shown as an empty one: the rest of the history still counts.
  if (!domain::MutableBodyOf(&record, entry.kind)->ParseFromString(entry.body)) {
    domain::MutableBodyOf(&record, entry.kind)->Clear();
  }
  return record;
}

// The field itself, without what stands inside it: "lines[2].quantity" is part of "lines".
std::string FieldOfPath(const std::string& path) {
  return path.substr(0, path.find_first_of("[."));
}

void FillOrigins(const std::vector<v1::Revision>& newest_first, const v1::Record& newest,
                 v1::GetHistoryResponse* response) {
  std::map<std::string, const v1::Record*> setter;
  for (const v1::Revision& revision : newest_first) {
    for (const v1::FieldChange& change : revision.changes()) {
      setter.emplace(FieldOfPath(change.field()), &revision.record());
    }
  }
  const Message& body = domain::BodyOf(newest);
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  body.GetReflection()->ListFields(body, &fields);
  for (const auto* field : fields) {
    const auto found = setter.find(field->name());
    if (found == setter.end()) continue;  // set by a revision that is no longer kept
    v1::FieldOrigin* origin = response->add_origins();
    origin->set_field(field->name());
    origin->set_origin(found->second->origin());
    origin->set_revision(found->second->revision());
    *origin->mutable_changed_at() = found->second->changed_at();
  }
}

}  // namespace

std::vector<v1::FieldChange> Differences(const Message* before, const Message* after) {
  std::vector<v1::FieldChange> changes;
  for (const domain::FieldDifference& difference : domain::Diff(before, after)) {
    v1::FieldChange change;
    change.set_field(difference.path);
    change.set_before(difference.before);
    change.set_after(difference.after);
    changes.push_back(std::move(change));
  }
  return changes;
}

absl::StatusOr<v1::TraceResponse> Trace(const store::Reader& reader, uint64_t record_id,
                                        int revisions_max) {
  v1::TraceResponse response;
  ASSIGN_OR_RETURN(*response.mutable_record(), Required(reader, record_id));
  ASSIGN_OR_RETURN(const std::vector<Step> steps,
                   Tracer(reader, response.record()).Steps(revisions_max));
  for (const Step& step : steps) {
    v1::TraceStep* shown = response.add_steps();
    SetTime(step.at, shown->mutable_at());
    shown->set_text(step.text);
  }
  return response;
}

absl::StatusOr<v1::GetHistoryResponse> History(const store::Reader& reader, uint64_t record_id,
                                               int revisions_max) {
  ASSIGN_OR_RETURN(const v1::Record newest, Required(reader, record_id));
  // One more than is shown, to compare the oldest shown with.
  ASSIGN_OR_RETURN(auto entries, reader.History(record_id, revisions_max + 1));
  v1::GetHistoryResponse response;
  std::vector<v1::Revision> revisions;
  for (size_t i = 0; i < entries.size() && static_cast<int>(i) < revisions_max; ++i) {
    v1::Revision revision;
    *revision.mutable_record() = RecordOf(record_id, entries[i]);
    const bool first = entries[i].revision == 1;
    if (i + 1 < entries.size() || first) {
      const auto before = first ? nullptr : BodyIn(entries[i + 1]);
      for (v1::FieldChange& change :
           Differences(before.get(), &domain::BodyOf(revision.record()))) {
        *revision.add_changes() = std::move(change);
      }
    }
    revisions.push_back(std::move(revision));
  }
  response.set_thinned(revisions.empty() || revisions.back().record().revision() > 1);
  FillOrigins(revisions, newest, &response);
  for (v1::Revision& revision : revisions) *response.add_revisions() = std::move(revision);
  return response;
}

}  // namespace entrepot::sync
