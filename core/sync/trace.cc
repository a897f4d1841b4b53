#include "core/sync/trace.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/kind.h"
#include "core/store/revisions.h"
#include "core/sync/key_text.h"
#include "core/sync/referring.h"
#include "core/sync/trace_texts.h"

namespace entrepot::sync {
namespace {

constexpr int kDocumentsMax = 20;
// Of more than these the way is not told, only that they are there.
constexpr size_t kDocumentsToldMax = 12;
constexpr int kRevisionsOfDocument = 20;
constexpr int kItemsMax = 20;
constexpr size_t kReferredMax = 12;

struct Step {
  absl::Time at;
  std::string about;
  std::string text;
  bool open = false;
};

absl::Time TimeOf(const v1::Record& record) {
  return absl::FromUnixSeconds(record.changed_at().seconds()) +
         absl::Nanoseconds(record.changed_at().nanos());
}

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

class Tracer {
 public:
  Tracer(const store::Reader& reader, v1::TraceResponse* response)
      : reader_(reader), response_(response) {}

  // Everything of one record.
  absl::Status Tell(const v1::Record& record, int revisions_max) {
    ASSIGN_OR_RETURN(about_, TitleOf(reader_, record));
    at_ = TimeOf(record);
    RETURN_IF_ERROR(TellRevisions(record, revisions_max));
    RETURN_IF_ERROR(TellNames(record));
    RETURN_IF_ERROR(TellDeliveries(record));
    return TellItems(record);
  }

  // That it is there, and how it stands.
  absl::Status Mention(const v1::Record& record) {
    ASSIGN_OR_RETURN(about_, TitleOf(reader_, record));
    Add(TimeOf(record), fmt::format("belongs to it (revision {}{})", record.revision(),
                                    record.deleted() ? ", deleted" : ""));
    return absl::OkStatus();
  }

  absl::Status TellReferred(const v1::Record& record) {
    const domain::KindInfo& info = domain::InfoOf(record.body_case());
    ASSIGN_OR_RETURN(about_, TitleOf(reader_, record));
    std::string names;
    std::set<uint64_t> told;
    for (const uint64_t id : domain::ReferencesOf(info, domain::BodyOf(record))) {
      if (!told.insert(id).second || told.size() > kReferredMax) continue;
      ASSIGN_OR_RETURN(const auto referred, reader_.Get(id));
      if (!referred) continue;
      ASSIGN_OR_RETURN(const std::string title, TitleOf(reader_, *referred));
      names += (names.empty() ? "" : ", ") + title + (referred->deleted() ? " (deleted)" : "");
    }
    if (told.size() > kReferredMax) {
      names += fmt::format(" and {} more", told.size() - kReferredMax);
    }
    if (!names.empty()) Add(TimeOf(record), "refers to " + names);
    return absl::OkStatus();
  }

  void Finish() {
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
      return a.open != b.open ? b.open : a.at < b.at;
    });
    for (const Step& step : steps_) {
      v1::TraceStep* shown = response_->add_steps();
      SetTime(step.at, shown->mutable_at());
      shown->set_about(step.about);
      shown->set_text(step.text);
      shown->set_open(step.open);
    }
  }

 private:
  void Add(absl::Time at, std::string text, bool open = false) {
    steps_.push_back({at, about_, std::move(text), open});
  }

  absl::Status TellRevisions(const v1::Record& record, int revisions_max) {
    ASSIGN_OR_RETURN(const auto history, reader_.History(record.id(), revisions_max));
    const bool whole = history.empty() || store::IsFirst(history.back());
    if (!whole) {
      Add(history.back().at,
          fmt::format("what it was before revision {} is not shown", history.back().revision));
    }
    for (size_t i = history.size(); i-- > 0;) {
      const store::LogEntry* before = i + 1 < history.size() ? &history[i + 1] : nullptr;
      ASSIGN_OR_RETURN(std::string text, RevisionText(reader_, history[i], before));
      Add(history[i].at, std::move(text));
    }
    return absl::OkStatus();
  }

  absl::Status TellNames(const v1::Record& record) {
    concern_ = {.record_id = record.id()};
    ASSIGN_OR_RETURN(concern_.known_as, reader_.BindingsOf(record.id()));
    for (const auto& [connection, outside_id] : concern_.known_as) {
      v1::TraceName* shown = response_->add_names();
      shown->set_record(about_);
      shown->set_connection(connection);
      shown->set_outside_id(outside_id);
    }
    return absl::OkStatus();
  }

  absl::Status TellDeliveries(const v1::Record& record) {
    ASSIGN_OR_RETURN(const auto deliveries, reader_.DeliveriesOf(record.id()));
    for (const store::Delivery& delivery : deliveries) {
      const bool sent = delivery.sent_at > absl::UnixEpoch();
      Add(sent ? delivery.sent_at : at_, DeliveryText(delivery), IsOpen(delivery));
    }
    return absl::OkStatus();
  }

  // Rows and deliveries that wait for the record, and what of it needs a person.
  absl::Status TellItems(const v1::Record& record) {
    const domain::KindInfo& info = domain::InfoOf(record.body_case());
    ASSIGN_OR_RETURN(const std::string key, KeyTextOf(reader_, info, domain::BodyOf(record)));
    concern_.kind = info.name;
    concern_.keys = {key};
    for (const auto& [connection, outside_id] : concern_.known_as) {
      concern_.keys.push_back(outside_id);
    }
    ASSIGN_OR_RETURN(const auto edits, reader_.RowEditsOf(concern_, kItemsMax));
    for (const store::RowEdit& edit : edits) {
      Add(edit.at, fmt::format("{} corrected its row from {}: {}: {} → {}", edit.actor,
                               edit.dataset, edit.column, edit.before, edit.after));
    }
    ASSIGN_OR_RETURN(const auto parked, reader_.ParkedAbout(concern_, kItemsMax));
    for (const store::ParkedItem& item : parked) TellParked(item);
    ASSIGN_OR_RETURN(const auto letters, reader_.DeadLettersAbout(concern_, kItemsMax));
    for (const store::DeadLetter& letter : letters) {
      if (letter.record_id != 0) continue;  // the delivery has told it
      Add(letter.died_at,
          fmt::format("a row of it from {} needs a person (dead letter {}): {}",
                      SourceText(letter.source), letter.id, letter.reason),
          /*open=*/true);
    }
    ASSIGN_OR_RETURN(const auto waiting,
                     reader_.DeliveriesWaitingFor(fmt::format("{} {}", info.name, key), kItemsMax));
    for (const store::Delivery& delivery : waiting) {
      ASSIGN_OR_RETURN(const auto waiter, reader_.Get(delivery.record_id));
      if (!waiter) continue;
      ASSIGN_OR_RETURN(const std::string title, TitleOf(reader_, *waiter));
      Add(at_,
          fmt::format("{} waits for it: it cannot go to {} before", title, delivery.connection),
          /*open=*/true);
    }
    return absl::OkStatus();
  }

  void TellParked(const store::ParkedItem& item) {
    const bool for_it = item.waits_for_kind == concern_.kind &&
                        std::find(concern_.keys.begin(), concern_.keys.end(), item.waits_for_key) !=
                            concern_.keys.end();
    Add(item.parked_at,
        for_it ? fmt::format("a row from {} waits for it", SourceText(item.source))
               : fmt::format("a newer row of it from {} waits for {} {}", SourceText(item.source),
                             item.waits_for_kind, item.waits_for_key),
        /*open=*/true);
  }

  const store::Reader& reader_;
  v1::TraceResponse* response_;
  std::vector<Step> steps_;
  // Of the record that is being told.
  std::string about_;
  absl::Time at_;
  store::Concern concern_;
};

// The records that refer to it, and those that refer to them: of an order its requests and
// invoices, and the payments of these.
absl::StatusOr<std::vector<v1::Record>> DocumentsOf(const store::Reader& reader,
                                                    const v1::Record& record) {
  ASSIGN_OR_RETURN(auto documents, ReferringTo(reader, {record.id()}, kDocumentsMax));
  if (documents.empty() || documents.size() > kDocumentsToldMax) return documents;
  std::set<uint64_t> ids;
  for (const v1::Record& document : documents) ids.insert(document.id());
  ASSIGN_OR_RETURN(auto further, ReferringTo(reader, ids, kDocumentsMax));
  for (v1::Record& document : further) {
    const bool known = document.id() == record.id() || !ids.insert(document.id()).second;
    if (!known) documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace

absl::StatusOr<v1::TraceResponse> Trace(const store::Reader& reader, uint64_t record_id,
                                        int revisions_max) {
  ASSIGN_OR_RETURN(auto record, reader.Get(record_id));
  if (!record) {
    return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                   fmt::format("there is no record #{}", record_id));
  }
  v1::TraceResponse response;
  ASSIGN_OR_RETURN(*response.mutable_title(), TitleOf(reader, *record));
  Tracer tracer(reader, &response);
  RETURN_IF_ERROR(tracer.Tell(*record, revisions_max));
  RETURN_IF_ERROR(tracer.TellReferred(*record));
  ASSIGN_OR_RETURN(const auto documents, DocumentsOf(reader, *record));
  for (const v1::Record& document : documents) {
    RETURN_IF_ERROR(documents.size() > kDocumentsToldMax
                        ? tracer.Mention(document)
                        : tracer.Tell(document, kRevisionsOfDocument));
  }
  tracer.Finish();
  *response.mutable_record() = *std::move(record);
  return response;
}

}  // namespace entrepot::sync
