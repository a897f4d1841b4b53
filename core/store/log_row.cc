#include "core/store/log_row.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr char kFindSql[] =
    "SELECT first_seq, last_seq, at, entries FROM change WHERE first_seq <= ? ORDER BY first_seq "
    "DESC"
    " LIMIT 1";

constexpr uint64_t kDeleted = 1;
constexpr uint64_t kBulk = 2;

PackedEntry UnpackEntry(Unpacker* in, uint64_t first_seq) {
  PackedEntry entry;
  entry.seq = first_seq + in->Varint();
  entry.record_id = in->Varint();
  const uint64_t flags = in->Varint();
  entry.deleted = (flags & kDeleted) != 0;
  entry.bulk = (flags & kBulk) != 0;
  entry.kind = static_cast<domain::Kind>(in->Varint());
  entry.revision = in->Varint();
  entry.previous_seq = in->Varint();
  entry.origin = static_cast<uint32_t>(in->Varint());
  if (entry.bulk) {
    entry.base_digest = in->Fixed();
    entry.key.high = in->Fixed();
    entry.key.low = in->Fixed();
  }
  entry.body = in->Bytes();
  return entry;
}

}  // namespace

void PackEntry(const PackedEntry& entry, uint64_t first_seq, std::string* out) {
  constexpr size_t kVarints = 8;
  constexpr size_t kFixed = 3;
  char head[kVarints * kVarintMax + kFixed * 8];
  char* at = PutVarint(entry.seq - first_seq, head);
  at = PutVarint(entry.record_id, at);
  at = PutVarint((entry.deleted ? kDeleted : 0) | (entry.bulk ? kBulk : 0), at);
  at = PutVarint(static_cast<uint64_t>(entry.kind), at);
  at = PutVarint(entry.revision, at);
  at = PutVarint(entry.previous_seq, at);
  at = PutVarint(entry.origin, at);
  if (entry.bulk) {
    at = PutFixed(entry.base_digest, at);
    at = PutFixed(entry.key.high, at);
    at = PutFixed(entry.key.low, at);
  }
  at = PutVarint(entry.body.size(), at);
  out->append(head, at);
  out->append(entry.body);
}

void LogRow::Fill(const Statement& query) {
  entries_.clear();
  first_seq_ = query.Uint(0);
  last_seq_ = query.Uint(1);
  at_ = query.Int(2);
  bytes_.assign(query.View(3));
  rest_ = Unpacker(bytes_);
}

absl::Status LogRow::UnpackTo(uint64_t seq) {
  while (!rest_.done() && (entries_.empty() || entries_.back().seq < seq)) {
    entries_.push_back(UnpackEntry(&rest_, first_seq_));
  }
  if (rest_.ok()) return absl::OkStatus();
  return CorruptError(fmt::format("the change log's row {}", first_seq_));
}

absl::StatusOr<const std::vector<PackedEntry>*> LogRow::Entries() {
  RETURN_IF_ERROR(UnpackTo(last_seq_));
  return &entries_;
}

absl::StatusOr<const PackedEntry*> LogRow::Find(Connection& db, uint64_t seq) {
  if (seq < first_seq_ || seq > last_seq_) {
    Statement query = db.Prepare(kFindSql);
    query.Bind(seq);
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return nullptr;
    Fill(query);
  }
  RETURN_IF_ERROR(UnpackTo(seq));
  const auto entry = std::lower_bound(
      entries_.begin(), entries_.end(), seq,
      [](const PackedEntry& candidate, uint64_t wanted) { return candidate.seq < wanted; });
  return entry != entries_.end() && entry->seq == seq ? &*entry : nullptr;
}

}  // namespace entrepot::store
