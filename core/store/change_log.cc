#include "core/store/change_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/packing.h"

namespace entrepot::store {
namespace {

constexpr int kEntriesInRowMax = 500;
constexpr size_t kBytesInRowMax = 256 * 1024;

constexpr char kLoadHeadSql[] = "SELECT record_id, seq, thinned_seq FROM head WHERE one = 1";
constexpr char kSaveHeadSql[] =
    "UPDATE head SET record_id = ?, seq = ?, thinned_seq = ? WHERE one = 1";
constexpr char kAppendSql[] =
    "INSERT INTO change (first_seq, count, at, bulk, entries) VALUES (?, ?, ?, ?, ?)";
// From the row that holds seq ?1.
constexpr char kReadSql[] =
    "SELECT first_seq, count, at, entries FROM change WHERE first_seq >= coalesce("
    "(SELECT max(first_seq) FROM change WHERE first_seq <= ?1), 0) ORDER BY first_seq";
constexpr char kReadOneSql[] =
    "SELECT first_seq, count, at, entries FROM change WHERE first_seq <= ?1"
    " ORDER BY first_seq DESC LIMIT 1";
constexpr char kOldSql[] =
    "SELECT first_seq, count FROM change WHERE bulk = 1 AND at < ? ORDER BY at, first_seq LIMIT ?";
constexpr char kDeleteSql[] = "DELETE FROM change WHERE first_seq = ?";

void Pack(const LogWriter::Entry& entry, std::string* out) {
  PackVarint(entry.record_id, out);
  PackVarint(static_cast<uint64_t>(entry.kind), out);
  PackVarint(entry.revision, out);
  PackVarint(entry.previous_seq, out);
  PackVarint(entry.deleted ? 1 : 0, out);
  PackVarint(entry.origin, out);
  PackBytes(entry.body, out);
}

LogWriter::Entry Unpack(Unpacker* in) {
  LogWriter::Entry entry{};
  entry.record_id = in->Varint();
  entry.kind = static_cast<domain::Kind>(in->Varint());
  entry.revision = in->Varint();
  entry.previous_seq = in->Varint();
  entry.deleted = in->Varint() != 0;
  entry.origin = static_cast<uint32_t>(in->Varint());
  entry.body = in->Bytes();
  return entry;
}

LogEntry Fill(const LogWriter::Entry& entry, uint64_t seq, absl::Time at, const Names& names) {
  return {.seq = seq,
          .record_id = entry.record_id,
          .kind = entry.kind,
          .revision = entry.revision,
          .previous_seq = entry.previous_seq,
          .deleted = entry.deleted,
          .at = at,
          .origin = names.TextOf(entry.origin),
          .body = std::string(entry.body)};
}

absl::Status BrokenRow(uint64_t first_seq) {
  return CorruptError(fmt::format("the change log's row {}", first_seq));
}

}  // namespace

absl::StatusOr<Head> LoadHead(Connection& db) {
  Statement query = db.Prepare(kLoadHeadSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return CorruptError("the head of the change log");
  return Head{query.Uint(0), query.Uint(1), query.Uint(2)};
}

absl::Status SaveHead(Connection& db, const Head& head) {
  return db.Prepare(kSaveHeadSql).Bind(head.record_id).Bind(head.seq).Bind(head.thinned_seq).Run();
}

absl::Status LogWriter::Append(Connection& db, uint64_t seq, const Entry& entry, bool bulk,
                               absl::Time at) {
  const bool fits = count_ > 0 && bulk == bulk_ && at == at_ && count_ < kEntriesInRowMax &&
                    entries_.size() < kBytesInRowMax;
  if (!fits) {
    RETURN_IF_ERROR(Flush(db));
    first_seq_ = seq;
    bulk_ = bulk;
    at_ = at;
  }
  Pack(entry, &entries_);
  ++count_;
  return absl::OkStatus();
}

absl::Status LogWriter::Flush(Connection& db) {
  if (count_ == 0) return absl::OkStatus();
  const absl::Status status = db.Prepare(kAppendSql)
                                  .Bind(first_seq_)
                                  .Bind(count_)
                                  .Bind(at_)
                                  .Bind(bulk_)
                                  .BindBlob(entries_)
                                  .Run();
  Drop();
  return status;
}

void LogWriter::Drop() {
  count_ = 0;
  entries_.clear();
}

absl::StatusOr<std::vector<LogEntry>> ReadLogAfter(Connection& db, const Names& names,
                                                   uint64_t after, int limit) {
  ASSIGN_OR_RETURN(const Head head, LoadHead(db));
  if (after < head.thinned_seq) {
    return Failure(absl::StatusCode::kOutOfRange, "LOG_THINNED",
                   fmt::format("the change log after {} is not kept any more, only what follows "
                               "{}: read all records first",
                               after, head.thinned_seq));
  }
  std::vector<LogEntry> entries;
  Statement query = db.Prepare(kReadSql);
  query.Bind(after + 1);
  while (entries.size() < static_cast<size_t>(std::max(limit, 0))) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) break;
    const uint64_t first = query.Uint(0);
    Unpacker in(query.View(3));
    for (uint64_t seq = first; seq < first + query.Uint(1); ++seq) {
      const LogWriter::Entry entry = Unpack(&in);
      if (!in.ok()) return BrokenRow(first);
      if (seq <= after) continue;
      if (entries.size() == static_cast<size_t>(limit)) break;
      entries.push_back(Fill(entry, seq, query.Time(2), names));
    }
  }
  return entries;
}

absl::StatusOr<std::vector<LogEntry>> ReadChain(Connection& db, const Names& names,
                                                uint64_t last_seq, int limit) {
  std::vector<LogEntry> entries;
  uint64_t seq = last_seq;
  while (seq != 0 && entries.size() < static_cast<size_t>(std::max(limit, 0))) {
    Statement query = db.Prepare(kReadOneSql);
    query.Bind(seq);
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) break;
    const uint64_t first = query.Uint(0);
    if (seq >= first + query.Uint(1)) break;  // thinned
    Unpacker in(query.View(3));
    LogWriter::Entry entry{};
    for (uint64_t at = first; at <= seq; ++at) entry = Unpack(&in);
    if (!in.ok()) return BrokenRow(first);
    entries.push_back(Fill(entry, seq, query.Time(2), names));
    seq = entry.previous_seq;
  }
  return entries;
}

absl::StatusOr<int> ThinLog(Connection& db, absl::Time before, int rows, Head* head) {
  std::vector<uint64_t> old;
  {
    Statement query = db.Prepare(kOldSql);
    query.Bind(before).Bind(rows);
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      old.push_back(query.Uint(0));
      head->thinned_seq = std::max(head->thinned_seq, query.Uint(0) + query.Uint(1) - 1);
    }
  }
  for (const uint64_t first : old) RETURN_IF_ERROR(db.Prepare(kDeleteSql).Bind(first).Run());
  return static_cast<int>(old.size());
}

}  // namespace entrepot::store
