#include "core/store/bulk_records.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr char kSaveBaseSql[] =
    "INSERT OR REPLACE INTO bulk_base (id, revision, digest) VALUES (?, ?, ?)";
constexpr char kLoadBasesSql[] = "SELECT id, revision, digest FROM bulk_base ORDER BY id";

struct NewerBase {
  uint64_t revision;
  uint64_t digest;
};

absl::StatusOr<absl::flat_hash_map<uint64_t, NewerBase>> LoadBases(Connection& db) {
  absl::flat_hash_map<uint64_t, NewerBase> bases;
  Statement query = db.Prepare(kLoadBasesSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return bases;
    bases.insert({query.Uint(0), {query.Uint(1), query.Uint(2)}});
  }
}

}  // namespace

absl::StatusOr<BulkFound> FindBulkOnDisk(Connection& db, uint64_t id, LogRow* row) {
  ASSIGN_OR_RETURN(const BulkPlace place, FindBulkPlace(db, id));
  if (place.seq == 0) return BulkFound{};
  ASSIGN_OR_RETURN(const PackedEntry* entry, row->Find(db, place.seq));
  if (entry == nullptr || entry->record_id != id) {
    return CorruptError(fmt::format("the bulk record {}", id));
  }
  return BulkFound{entry, row->at()};
}

absl::Status SaveBulkBase(Connection& db, uint64_t id, uint64_t revision, uint64_t digest) {
  return db.Prepare(kSaveBaseSql).Bind(id).Bind(revision).Bind(digest).Run();
}

absl::Status LoadBulkIndex(Connection& db, const BulkPlaces& places, BulkIndex* index) {
  ASSIGN_OR_RETURN(const auto bases, LoadBases(db));
  const std::vector<uint64_t> seqs = places.Seqs();
  index->Reserve(seqs.size());
  return VisitBulk(db, seqs, [&](const PackedEntry& entry, int64_t) {
    uint64_t digest = entry.base_digest;
    if (!bases.empty()) {
      const auto newer = bases.find(entry.record_id);
      if (newer != bases.end() && newer->second.revision == entry.revision) {
        digest = newer->second.digest;
      }
    }
    index->Load(entry.key, {entry.record_id, digest});
    return absl::OkStatus();
  });
}

}  // namespace entrepot::store
