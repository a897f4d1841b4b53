#include "core/store/bulk_places.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/base/status_macros.h"
#include "core/store/packing.h"

namespace entrepot::store {
namespace {

constexpr int kSegmentBits = 8;
constexpr uint64_t kSegmentSize = 1 << kSegmentBits;
constexpr int kSeqBits = 48;
constexpr uint64_t kSeqMask = (uint64_t{1} << kSeqBits) - 1;

constexpr char kLoadSql[] = "SELECT segment, places FROM bulk_place ORDER BY segment";
constexpr char kFindSql[] = "SELECT places FROM bulk_place WHERE segment = ?";
constexpr char kSaveSql[] = "INSERT OR REPLACE INTO bulk_place (segment, places) VALUES (?, ?)";
constexpr char kScanSql[] =
    "SELECT segment, places FROM bulk_place WHERE segment >= ? ORDER BY segment";
constexpr char kScanBackSql[] =
    "SELECT segment, places FROM bulk_place WHERE segment <= ? ORDER BY segment DESC";

uint64_t Pack(BulkPlace place) { return static_cast<uint64_t>(place.kind) << kSeqBits | place.seq; }

BulkPlace Unpack(uint64_t packed) {
  return {static_cast<domain::Kind>(packed >> kSeqBits), packed & kSeqMask};
}

absl::Status Missing(uint64_t seq) {
  return CorruptError(fmt::format("the record that stands at {} of the change log", seq));
}

// The places of one kind in a segment, with their ids.
std::vector<std::pair<uint64_t, uint64_t>> PlacesOf(domain::Kind kind, const Statement& row) {
  std::vector<std::pair<uint64_t, uint64_t>> places;
  Unpacker in(row.View(1));
  for (uint64_t id = row.Uint(0) << kSegmentBits; !in.done(); ++id) {
    const BulkPlace place = Unpack(in.Fixed());
    if (place.kind == kind && place.seq != 0) places.emplace_back(id, place.seq);
  }
  return places;
}

}  // namespace

absl::Status BulkPlaces::Load(Connection& db) {
  Statement query = db.Prepare(kLoadSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    const std::string_view bytes = query.View(1);
    const uint64_t first = query.Uint(0) << kSegmentBits;
    if (bytes.size() > kSegmentSize * 8 || first > kSeqMask) {
      return CorruptError(fmt::format("the segment {} of bulk_place", query.Uint(0)));
    }
    places_.resize(first + bytes.size() / 8);
    Unpacker in(bytes);
    for (uint64_t id = first; id < places_.size(); ++id) places_[id] = in.Fixed();
  }
}

BulkPlace BulkPlaces::Find(uint64_t id) const {
  return id < places_.size() ? Unpack(places_[id]) : BulkPlace{};
}

void BulkPlaces::Set(uint64_t id, BulkPlace place) {
  if (id >= places_.size()) places_.resize(id + 1);
  undo_.emplace_back(id, places_[id]);
  places_[id] = Pack(place);
  MarkDirty(id);
}

void BulkPlaces::MarkDirty(uint64_t id) {
  const uint64_t segment = id >> kSegmentBits;
  if (segment >= is_dirty_.size()) is_dirty_.resize(segment + 1);
  if (is_dirty_[segment]) return;
  is_dirty_[segment] = true;
  dirty_.push_back(segment);
}

absl::Status BulkPlaces::Flush(Connection& db) {
  if (dirty_.empty()) return absl::OkStatus();
  std::sort(dirty_.begin(), dirty_.end());
  std::string bytes;
  absl::Status status;
  for (const uint64_t segment : dirty_) {
    is_dirty_[segment] = false;
    if (!status.ok()) continue;
    const uint64_t first = segment << kSegmentBits;
    const uint64_t end = std::min<uint64_t>(places_.size(), first + kSegmentSize);
    bytes.resize((end - first) * 8);
    char* at = bytes.data();
    for (uint64_t id = first; id < end; ++id) at = PutFixed(places_[id], at);
    status = db.Prepare(kSaveSql).Bind(segment).BindBlob(bytes).Run();
  }
  dirty_.clear();
  return status;
}

void BulkPlaces::DropTo(size_t count) {
  for (; undo_.size() > count; undo_.pop_back()) {
    const auto& [id, before] = undo_.back();
    places_[id] = before;
  }
}

std::vector<uint64_t> BulkPlaces::Seqs() const {
  std::vector<uint64_t> seqs;
  seqs.reserve(places_.size());
  for (const uint64_t packed : places_) {
    if (packed != 0) seqs.push_back(packed & kSeqMask);
  }
  std::sort(seqs.begin(), seqs.end());
  return seqs;
}

std::vector<uint64_t> BulkPlaces::SeqsOf(domain::Kind kind,
                                         const std::function<bool(uint64_t)>& wanted) const {
  std::vector<uint64_t> seqs;
  for (uint64_t id = 0; id < places_.size(); ++id) {
    const BulkPlace place = Unpack(places_[id]);
    if (place.seq != 0 && place.kind == kind && wanted(id)) seqs.push_back(place.seq);
  }
  std::sort(seqs.begin(), seqs.end());
  return seqs;
}

absl::StatusOr<BulkPlace> FindBulkPlace(Connection& db, uint64_t id) {
  Statement query = db.Prepare(kFindSql);
  query.Bind(id >> kSegmentBits);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return BulkPlace{};
  const std::string_view bytes = query.View(0);
  const size_t at = id % kSegmentSize * 8;
  if (at + 8 > bytes.size()) return BulkPlace{};
  return Unpack(Unpacker(bytes.substr(at)).Fixed());
}

absl::Status VisitBulk(Connection& db, const std::vector<uint64_t>& seqs,
                       const BulkVisitor& visit) {
  LogRow row;
  for (const uint64_t seq : seqs) {
    ASSIGN_OR_RETURN(const PackedEntry* entry, row.Find(db, seq));
    if (entry == nullptr) return Missing(seq);
    RETURN_IF_ERROR(visit(*entry, row.at()));
  }
  return absl::OkStatus();
}

absl::Status ScanBulk(Connection& db, domain::Kind kind, uint64_t after, bool descending,
                      const BulkScanner& visit) {
  // Descending from the end: no id is that large.
  if (descending && after == 0) after = std::numeric_limits<int64_t>::max();
  Statement query = db.Prepare(descending ? kScanBackSql : kScanSql);
  query.Bind(after >> kSegmentBits);
  LogRow row;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    auto places = PlacesOf(kind, query);
    if (descending) std::reverse(places.begin(), places.end());
    for (const auto& [id, seq] : places) {
      if (descending ? id >= after : id <= after) continue;
      ASSIGN_OR_RETURN(const PackedEntry* entry, row.Find(db, seq));
      if (entry == nullptr) return Missing(seq);
      if (!visit(*entry, row.at())) return absl::OkStatus();
    }
  }
}

}  // namespace entrepot::store
