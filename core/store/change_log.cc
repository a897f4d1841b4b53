#include "core/store/change_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

// With the other columns a row of this size fills a page of 4096 bytes and spills into no other.
constexpr size_t kRowBytesMax = 4000;

enum RowKind { kOrdinary = 0, kBulk = 1, kThinned = 2 };

constexpr char kLoadHeadSql[] = "SELECT record_id, seq, thinned_seq FROM head WHERE one = 1";
constexpr char kSaveHeadSql[] =
    "UPDATE head SET record_id = ?, seq = ?, thinned_seq = ? WHERE one = 1";
constexpr char kAppendSql[] =
    "INSERT INTO change (first_seq, last_seq, at, bulk, entries) VALUES (?, ?, ?, ?, ?)";
// From the row that holds seq ?1.
constexpr char kReadSql[] =
    "SELECT first_seq, last_seq, at, entries FROM change WHERE first_seq >= coalesce("
    "(SELECT max(first_seq) FROM change WHERE first_seq <= ?1), 0) ORDER BY first_seq";
constexpr char kOldSql[] =
    "SELECT first_seq, last_seq, at, entries FROM change WHERE bulk = 1 AND at < ?"
    " ORDER BY at, first_seq LIMIT ?";
constexpr char kThinnedSql[] =
    "SELECT first_seq, last_seq, at, entries FROM change WHERE bulk = 2 AND first_seq > ?"
    " ORDER BY first_seq LIMIT ?";
constexpr char kDeleteSql[] = "DELETE FROM change WHERE first_seq = ?";
constexpr char kRewriteSql[] = "UPDATE change SET bulk = ?, entries = ? WHERE first_seq = ?";

LogEntry Fill(const PackedEntry& entry, int64_t at, const Names& names) {
  return {.seq = entry.seq,
          .record_id = entry.record_id,
          .kind = entry.kind,
          .revision = entry.revision,
          .previous_seq = entry.previous_seq,
          .deleted = entry.deleted,
          .at = FromMicros(at),
          .origin = names.TextOf(entry.origin),
          .body = std::string(entry.body)};
}

// What is left of a row; empty: nothing.
struct Rest {
  uint64_t first_seq;
  uint64_t last_seq;  // of the row as it was
  bool smaller;
  std::string entries;
};

absl::StatusOr<std::vector<Rest>> CollectRests(Statement& query, const IsRecord& is_record) {
  std::vector<Rest> rests;
  LogRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return rests;
    row.Fill(query);
    ASSIGN_OR_RETURN(const auto* entries, row.Entries());
    Rest rest{row.first_seq(), row.last_seq(), false, ""};
    for (const PackedEntry& entry : *entries) {
      if (is_record(entry)) {
        PackEntry(entry, row.first_seq(), &rest.entries);
      } else {
        rest.smaller = true;
      }
    }
    rests.push_back(std::move(rest));
  }
}

absl::Status WriteRest(Connection& db, const Rest& rest) {
  if (rest.entries.empty()) return db.Prepare(kDeleteSql).Bind(rest.first_seq).Run();
  return db.Prepare(kRewriteSql)
      .Bind(static_cast<int>(kThinned))
      .BindBlob(rest.entries)
      .Bind(rest.first_seq)
      .Run();
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

absl::Status LogWriter::Append(Connection& db, const PackedEntry& entry, absl::Time at) {
  constexpr size_t kEnvelopeMax = 80;
  const bool fits = !entries_.empty() && entry.bulk == bulk_ && at == at_ &&
                    entries_.size() + entry.body.size() + kEnvelopeMax <= kRowBytesMax;
  if (!fits) {
    RETURN_IF_ERROR(Flush(db));
    first_seq_ = entry.seq;
    bulk_ = entry.bulk;
    at_ = at;
  }
  PackEntry(entry, first_seq_, &entries_);
  last_seq_ = entry.seq;
  return absl::OkStatus();
}

absl::Status LogWriter::Flush(Connection& db) {
  if (entries_.empty()) return absl::OkStatus();
  const absl::Status status = db.Prepare(kAppendSql)
                                  .Bind(first_seq_)
                                  .Bind(last_seq_)
                                  .Bind(at_)
                                  .Bind(static_cast<int>(bulk_ ? kBulk : kOrdinary))
                                  .BindBlob(entries_)
                                  .Run();
  Drop();
  return status;
}

void LogWriter::Drop() { entries_.clear(); }

absl::StatusOr<LogPart> ReadLogAfter(Connection& db, const Names& names,
                                     const domain::KindSet& kinds, uint64_t after, int limit) {
  ASSIGN_OR_RETURN(const Head head, LoadHead(db));
  if (after < head.thinned_seq) {
    return Failure(absl::StatusCode::kOutOfRange, "LOG_THINNED",
                   fmt::format("the change log after {} is not kept any more, only what follows "
                               "{}: read all records first",
                               after, head.thinned_seq));
  }
  LogPart part;
  LogRow row;
  Statement query = db.Prepare(kReadSql);
  query.Bind(after + 1);
  for (int left = limit; left > 0;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) break;
    row.Fill(query);
    ASSIGN_OR_RETURN(const auto* packed, row.Entries());
    for (const PackedEntry& entry : *packed) {
      if (entry.seq <= after) continue;
      if (left-- == 0) break;
      part.last = entry.seq;
      if (kinds.Has(entry.kind)) part.entries.push_back(Fill(entry, row.at(), names));
    }
  }
  return part;
}

absl::StatusOr<std::vector<LogEntry>> ReadChain(Connection& db, const Names& names,
                                                uint64_t last_seq, int limit) {
  std::vector<LogEntry> entries;
  LogRow row;
  uint64_t seq = last_seq;
  while (seq != 0 && entries.size() < static_cast<size_t>(std::max(limit, 0))) {
    ASSIGN_OR_RETURN(const PackedEntry* entry, row.Find(db, seq));
    if (entry == nullptr) break;  // thinned
    entries.push_back(Fill(*entry, row.at(), names));
    seq = entry->previous_seq;
  }
  return entries;
}

absl::StatusOr<int> ThinLog(Connection& db, absl::Time before, int rows, const IsRecord& is_record,
                            Head* head) {
  std::vector<Rest> rests;
  {
    Statement query = db.Prepare(kOldSql);
    query.Bind(before).Bind(rows);
    ASSIGN_OR_RETURN(rests, CollectRests(query, is_record));
  }
  for (const Rest& rest : rests) {
    RETURN_IF_ERROR(WriteRest(db, rest));
    head->thinned_seq = std::max(head->thinned_seq, rest.last_seq);
  }
  return static_cast<int>(rests.size());
}

absl::StatusOr<int> SweepThinned(Connection& db, int rows, const IsRecord& is_record,
                                 uint64_t* after) {
  std::vector<Rest> rests;
  {
    Statement query = db.Prepare(kThinnedSql);
    query.Bind(*after).Bind(rows);
    ASSIGN_OR_RETURN(rests, CollectRests(query, is_record));
  }
  for (const Rest& rest : rests) {
    if (rest.smaller) RETURN_IF_ERROR(WriteRest(db, rest));
  }
  *after = rests.empty() ? 0 : rests.back().first_seq;
  return static_cast<int>(rests.size());
}

}  // namespace entrepot::store
