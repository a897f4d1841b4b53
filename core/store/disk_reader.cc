#include "core/store/disk_reader.h"

#include <fmt/core.h>

#include "core/store/bulk_records.h"
#include "core/store/records.h"

namespace entrepot::store {
namespace {

Envelope EnvelopeOf(const OrdinaryRecord& record) {
  return {record.id,     record.kind,       record.revision,
          record.origin, record.changed_at, record.deleted};
}

Envelope EnvelopeOf(const PackedEntry& entry, int64_t at) {
  return {entry.record_id, entry.kind, entry.revision, entry.origin, at, entry.deleted};
}

// Collects a page's records, up to its limit or the first that cannot be read.
class PageBuilder {
 public:
  PageBuilder(const Page& page, const Names& names) : page_(page), names_(names) {}

  // False: enough.
  bool Add(const Envelope& envelope, std::string_view body) {
    if (records_.size() >= static_cast<size_t>(page_.limit)) return false;
    if (envelope.deleted && !page_.include_deleted) return true;
    auto record = BuildRecord(envelope, body, names_);
    if (!record.ok()) {
      status_ = record.status();
      return false;
    }
    records_.push_back(*std::move(record));
    return records_.size() < static_cast<size_t>(page_.limit);
  }

  absl::StatusOr<std::vector<v1::Record>> Finish() {
    RETURN_IF_ERROR(status_);
    return std::move(records_);
  }

 private:
  const Page& page_;
  const Names& names_;
  std::vector<v1::Record> records_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<v1::Record> BuildRecord(const Envelope& envelope, std::string_view body,
                                       const Names& names) {
  constexpr int64_t kMicros = 1'000'000;
  v1::Record record;
  record.set_id(envelope.id);
  record.set_revision(envelope.revision);
  record.set_origin(names.TextOf(envelope.origin));
  int64_t seconds = envelope.changed_at / kMicros;
  int64_t micros = envelope.changed_at % kMicros;
  if (micros < 0) {
    --seconds;
    micros += kMicros;
  }
  record.mutable_changed_at()->set_seconds(seconds);
  record.mutable_changed_at()->set_nanos(static_cast<int32_t>(micros * 1000));
  record.set_deleted(envelope.deleted);
  auto* target = domain::MutableBodyOf(&record, envelope.kind);
  if (!target->ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return CorruptError(fmt::format("the body of record {}", envelope.id));
  }
  return record;
}

absl::StatusOr<std::optional<v1::Record>> ReadRecord(Connection& db, const Names& names,
                                                     uint64_t id) {
  OrdinaryRecord ordinary;
  ASSIGN_OR_RETURN(const bool found, FindOrdinary(db, id, &ordinary));
  if (found) return BuildRecord(EnvelopeOf(ordinary), ordinary.body, names);
  LogRow row;
  ASSIGN_OR_RETURN(const BulkFound bulk, FindBulkOnDisk(db, id, &row));
  if (bulk.entry == nullptr) return std::nullopt;
  return BuildRecord(EnvelopeOf(*bulk.entry, bulk.changed_at), bulk.entry->body, names);
}

absl::StatusOr<std::optional<uint64_t>> ReadByKey(Connection& db, const Memory& memory,
                                                  domain::Kind kind, std::string_view key_bytes) {
  if (!domain::InfoOf(kind).bulk) {
    ASSIGN_OR_RETURN(const uint64_t id, FindOrdinaryByKey(db, kind, key_bytes));
    return id == 0 ? std::nullopt : std::optional(id);
  }
  const Digest128 key = BulkKey(kind, key_bytes);
  const std::optional<uint64_t> id = memory.bulk_index.FindId(key);
  if (!id) return std::nullopt;
  LogRow row;
  ASSIGN_OR_RETURN(const BulkFound found, FindBulkOnDisk(db, *id, &row));
  const bool here = found.entry != nullptr && found.entry->key == key;
  return here ? id : std::nullopt;
}

absl::StatusOr<std::vector<v1::Record>> ReadList(Connection& db, const Names& names,
                                                 domain::Kind kind, const Page& page) {
  PageBuilder builder(page, names);
  if (domain::InfoOf(kind).bulk) {
    RETURN_IF_ERROR(ScanBulk(db, kind, page.after, page.newest_first,
                             [&](const PackedEntry& entry, int64_t at) {
                               return builder.Add(EnvelopeOf(entry, at), entry.body);
                             }));
  } else {
    RETURN_IF_ERROR(
        ScanOrdinary(db, kind, page.after, page.newest_first, [&](const OrdinaryRecord& record) {
          return builder.Add(EnvelopeOf(record), record.body);
        }));
  }
  return builder.Finish();
}

absl::StatusOr<std::vector<LogEntry>> ReadHistory(Connection& db, const Names& names,
                                                  uint64_t record_id, int limit) {
  OrdinaryRecord ordinary;
  ASSIGN_OR_RETURN(const bool found, FindOrdinary(db, record_id, &ordinary));
  if (found) return ReadChain(db, names, ordinary.last_seq, limit);
  ASSIGN_OR_RETURN(const BulkPlace place, FindBulkPlace(db, record_id));
  return ReadChain(db, names, place.seq, limit);
}

}  // namespace entrepot::store
