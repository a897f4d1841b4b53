#include "core/sync/history.h"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/diff.h"
#include "core/store/revisions.h"

namespace entrepot::sync {
namespace {

using google::protobuf::Message;

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

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

absl::StatusOr<v1::Record> Required(const store::Reader& reader, uint64_t id) {
  ASSIGN_OR_RETURN(auto record, reader.Get(id));
  if (record) return *std::move(record);
  return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                 fmt::format("there is no record #{}", id));
}

}  // namespace

std::unique_ptr<Message> BodyIn(const store::LogEntry& entry) {
  std::unique_ptr<Message> body(google::protobuf::MessageFactory::generated_factory()
                                    ->GetPrototype(domain::InfoOf(entry.kind).descriptor)
                                    ->New());
  if (!body->ParseFromString(entry.body)) return nullptr;
  return body;
}

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
    const bool first = store::IsFirst(entries[i]);
    if (i + 1 < entries.size() || first) {
      const auto before = first ? nullptr : BodyIn(entries[i + 1]);
      for (v1::FieldChange& change :
           Differences(before.get(), &domain::BodyOf(revision.record()))) {
        *revision.add_changes() = std::move(change);
      }
    }
    revisions.push_back(std::move(revision));
  }
  const bool whole =
      revisions.size() == entries.size() && !entries.empty() && store::IsFirst(entries.back());
  response.set_thinned(!whole);
  FillOrigins(revisions, newest, &response);
  for (v1::Revision& revision : revisions) *response.add_revisions() = std::move(revision);
  return response;
}

}  // namespace entrepot::sync
