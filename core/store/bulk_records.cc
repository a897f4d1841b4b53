#include "core/store/bulk_records.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/status_macros.h"
#include "core/store/packing.h"

namespace entrepot::store {
namespace {

constexpr int kSegmentBits = 5;
constexpr uint64_t kSegmentSize = 1 << kSegmentBits;
// What a transaction may hold in memory before it writes: some 20 MB.
constexpr size_t kOpenSegmentsMax = 2048;

constexpr char kFindSql[] = "SELECT entries FROM bulk_record WHERE segment = ?";
constexpr char kSaveSql[] = "INSERT OR REPLACE INTO bulk_record (segment, entries) VALUES (?, ?)";
constexpr char kScanSql[] =
    "SELECT segment, entries FROM bulk_record WHERE segment >= ? ORDER BY segment";
constexpr char kScanBackSql[] =
    "SELECT segment, entries FROM bulk_record WHERE segment <= ? ORDER BY segment DESC";
constexpr char kCountSql[] = "SELECT count(*) FROM bulk_record";

absl::Status BrokenSegment(uint64_t number) {
  return CorruptError(fmt::format("the segment {} of the bulk records", number));
}

void Pack(uint64_t slot, const BulkRecord& record, std::string* out) {
  PackVarint(slot << 1 | (record.deleted ? 1 : 0), out);
  PackVarint(static_cast<uint64_t>(record.kind), out);
  PackVarint(record.origin, out);
  PackVarint(record.revision, out);
  PackVarint(record.last_seq, out);
  PackVarint(static_cast<uint64_t>(record.changed_at), out);
  PackFixed(record.base_digest, out);
  PackFixed(record.key.high, out);
  PackFixed(record.key.low, out);
  PackBytes(record.body, out);
}

// Returns the slot.
uint64_t Unpack(Unpacker* in, BulkRecord* record) {
  const uint64_t slot = in->Varint();
  record->deleted = (slot & 1) != 0;
  record->kind = static_cast<domain::Kind>(in->Varint());
  record->origin = static_cast<uint32_t>(in->Varint());
  record->revision = in->Varint();
  record->last_seq = in->Varint();
  record->changed_at = static_cast<int64_t>(in->Varint());
  record->base_digest = in->Fixed();
  record->key.high = in->Fixed();
  record->key.low = in->Fixed();
  record->body = in->Bytes();
  return slot >> 1;
}

}  // namespace

struct BulkRecords::Segment {
  uint64_t number = 0;
  bool dirty = false;
  // Bodies of the slots stand here: the row as read, and then what was set.
  std::string bytes;
  struct Slot {
    BulkRecord record;  // its body is not used
    uint32_t body_at = 0;
    uint32_t body_size = 0;
  };
  std::array<Slot, kSegmentSize> slots;

  void Clear(uint64_t new_number) {
    number = new_number;
    dirty = false;
    bytes.clear();
    for (Slot& slot : slots) slot.record.kind = {};
  }

  absl::Status Read(std::string_view row) {
    bytes.assign(row);
    Unpacker in(bytes);
    while (!in.done()) {
      BulkRecord record;
      const uint64_t at = Unpack(&in, &record);
      if (!in.ok() || at >= kSegmentSize) return BrokenSegment(number);
      slots[at] = {.record = record,
                   .body_at = static_cast<uint32_t>(record.body.data() - bytes.data()),
                   .body_size = static_cast<uint32_t>(record.body.size())};
    }
    return absl::OkStatus();
  }

  BulkRecord View(uint64_t at) const {
    BulkRecord record = slots[at].record;
    record.body = std::string_view(bytes).substr(slots[at].body_at, slots[at].body_size);
    return record;
  }

  void Write(std::string* row) const {
    row->clear();
    for (uint64_t at = 0; at < kSegmentSize; ++at) {
      if (slots[at].record.kind != domain::Kind::BODY_NOT_SET) Pack(at, View(at), row);
    }
  }
};

BulkRecords::BulkRecords() = default;
BulkRecords::~BulkRecords() = default;

absl::StatusOr<BulkRecords::Segment*> BulkRecords::Load(Connection& db, uint64_t number) {
  if (last_ != nullptr && last_->number == number) return last_;
  if (const auto found = open_.find(number); found != open_.end()) return last_ = found->second;
  if (open_.size() >= kOpenSegmentsMax) RETURN_IF_ERROR(Flush(db));
  if (open_.size() == segments_.size()) segments_.push_back(std::make_unique<Segment>());
  Segment* segment = segments_[open_.size()].get();
  segment->Clear(number);
  Statement query = db.Prepare(kFindSql);
  query.Bind(number);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (found) RETURN_IF_ERROR(segment->Read(query.View(0)));
  open_.emplace(number, segment);
  return last_ = segment;
}

absl::StatusOr<BulkRecord> BulkRecords::Find(Connection& db, uint64_t id) {
  ASSIGN_OR_RETURN(const Segment* segment, Load(db, id >> kSegmentBits));
  return segment->View(id % kSegmentSize);
}

absl::Status BulkRecords::Set(Connection& db, uint64_t id, const BulkRecord& record) {
  ASSIGN_OR_RETURN(Segment * segment, Load(db, id >> kSegmentBits));
  Segment::Slot& slot = segment->slots[id % kSegmentSize];
  segment->dirty = true;
  slot.record = record;
  const char* begin = segment->bytes.data();
  if (record.body.data() >= begin && record.body.data() < begin + segment->bytes.size()) {
    slot.body_at = static_cast<uint32_t>(record.body.data() - begin);
  } else {
    slot.body_at = static_cast<uint32_t>(segment->bytes.size());
    segment->bytes.append(record.body);
  }
  slot.body_size = static_cast<uint32_t>(record.body.size());
  return absl::OkStatus();
}

absl::Status BulkRecords::Flush(Connection& db) {
  std::vector<const Segment*> dirty;
  for (size_t i = 0; i < open_.size(); ++i) {
    if (segments_[i]->dirty) dirty.push_back(segments_[i].get());
  }
  std::sort(dirty.begin(), dirty.end(),
            [](const Segment* a, const Segment* b) { return a->number < b->number; });
  std::string row;
  absl::Status status;
  for (const Segment* segment : dirty) {
    segment->Write(&row);
    status = db.Prepare(kSaveSql).Bind(segment->number).BindBlob(row).Run();
    if (!status.ok()) break;
  }
  Drop();
  return status;
}

void BulkRecords::Drop() {
  open_.clear();
  last_ = nullptr;
}

absl::StatusOr<BulkRecord> FindBulkOnDisk(Connection& db, uint64_t id, std::string* storage) {
  BulkRecord record;
  Statement query = db.Prepare(kFindSql);
  query.Bind(id >> kSegmentBits);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return record;
  storage->assign(query.View(0));
  Unpacker in(*storage);
  while (!in.done()) {
    const uint64_t slot = Unpack(&in, &record);
    if (!in.ok()) return BrokenSegment(id >> kSegmentBits);
    if (slot == id % kSegmentSize) return record;
  }
  return BulkRecord{};
}

absl::Status ScanBulk(Connection& db, uint64_t after, bool descending, const BulkVisitor& visit) {
  // Descending from the end: no id is that large.
  constexpr uint64_t kEnd = std::numeric_limits<int64_t>::max();
  if (descending && after == 0) after = kEnd;
  Statement query = db.Prepare(descending ? kScanBackSql : kScanSql);
  query.Bind(after >> kSegmentBits);
  std::vector<std::pair<uint64_t, BulkRecord>> records;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    const uint64_t number = query.Uint(0);
    records.clear();
    Unpacker in(query.View(1));
    while (!in.done()) {
      BulkRecord record;
      const uint64_t id = number << kSegmentBits | Unpack(&in, &record);
      if (!in.ok()) return BrokenSegment(number);
      if (descending ? id < after : id > after) records.emplace_back(id, record);
    }
    if (descending) std::reverse(records.begin(), records.end());
    for (const auto& [id, record] : records) {
      if (!visit(id, record)) return absl::OkStatus();
    }
  }
}

absl::StatusOr<uint64_t> BulkCountAtMost(Connection& db) {
  Statement query = db.Prepare(kCountSql);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Uint(0) * kSegmentSize : 0;
}

}  // namespace entrepot::store
