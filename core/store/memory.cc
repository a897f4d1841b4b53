#include "core/store/memory.h"

#include <algorithm>
#include <memory>

#include "core/base/status_macros.h"
#include "core/store/bulk_records.h"
#include "core/store/doubles.h"
#include "core/store/records.h"

namespace entrepot::store {
namespace {

using google::protobuf::Message;

constexpr char kLoadLiveSql[] = "SELECT kind, live FROM kind_count ORDER BY kind";
constexpr char kFindLiveSql[] = "SELECT live FROM kind_count WHERE kind = ?";
constexpr char kSaveLiveSql[] =
    "INSERT INTO kind_count (kind, live) VALUES (?, ?)"
    " ON CONFLICT (kind) DO UPDATE SET live = excluded.live";
constexpr char kKeysSql[] = "SELECT id, key FROM record WHERE kind = ? ORDER BY id";
constexpr char kBodiesSql[] =
    "SELECT id, body, origin, changed_at FROM record WHERE kind = ? AND deleted = 0 ORDER BY id";

size_t NumberOfKinds() {
  size_t largest = 0;
  for (const domain::KindInfo& info : domain::Kinds()) {
    largest = std::max(largest, static_cast<size_t>(info.kind));
  }
  return largest + 1;
}

absl::Status LoadKeys(Connection& db, Bindings* bindings) {
  for (const domain::KindInfo& info : domain::Kinds()) {
    Statement query = db.Prepare(kKeysSql);
    query.Bind(static_cast<int>(info.kind));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      const std::string_view text = domain::TextOfKeyBytes(info, query.View(1));
      if (text.empty()) break;  // no key of this kind is a text
      bindings->LoadKeyText(info.kind, text, query.Uint(0));
    }
  }
  return absl::OkStatus();
}

// Keys of records that were merged into others mean those.
absl::Status LoadMergedKeys(Connection& db, Bindings* bindings) {
  ASSIGN_OR_RETURN(const auto merged, ListMerged(db));
  for (const auto& [gone, kept] : merged) {
    OrdinaryRecord record;
    ASSIGN_OR_RETURN(const bool found, FindOrdinary(db, gone, &record));
    if (!found) continue;
    const std::string_view text = domain::TextOfKeyBytes(domain::InfoOf(record.kind), record.key);
    if (!text.empty()) bindings->LoadKeyText(record.kind, text, kept);
  }
  return absl::OkStatus();
}

// Gives the records of one kind to the projections that want it, each parsed once.
class ProjectionLoader {
 public:
  ProjectionLoader(const domain::KindInfo& info, const std::vector<Projection*>& projections,
                   const Names& names)
      : info_(info), names_(names) {
    for (Projection* projection : projections) {
      if (projection->Wants(info.kind)) wanting_.push_back(projection);
    }
    const auto* factory = google::protobuf::MessageFactory::generated_factory();
    body_.reset(const_cast<google::protobuf::MessageFactory*>(factory)
                    ->GetPrototype(info.descriptor)
                    ->New());
  }
  bool wanted() const { return !wanting_.empty(); }

  absl::Status Run(Connection& db, const BulkPlaces& places) {
    if (!info_.bulk) return RunOrdinary(db);
    return VisitBulk(db, places.SeqsOf(info_.kind, [](uint64_t) { return true; }),
                     [this](const PackedEntry& entry, int64_t at) {
                       if (entry.deleted) return absl::OkStatus();
                       return Give(entry.record_id, entry.body, entry.origin, FromMicros(at));
                     });
  }

 private:
  absl::Status RunOrdinary(Connection& db) {
    Statement query = db.Prepare(kBodiesSql);
    query.Bind(static_cast<int>(info_.kind));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) return absl::OkStatus();
      RETURN_IF_ERROR(
          Give(query.Uint(0), query.View(1), static_cast<uint32_t>(query.Uint(2)), query.Time(3)));
    }
  }

  absl::Status Give(uint64_t id, std::string_view bytes, uint32_t origin, absl::Time at) {
    if (!body_->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return CorruptError("the body of record " + std::to_string(id));
    }
    if (origin != origin_) {
      origin_ = origin;
      origin_text_ = names_.TextOf(origin);
    }
    for (Projection* projection : wanting_) {
      projection->Load(id, info_.kind, *body_, {.origin = origin_text_, .at = at});
    }
    return absl::OkStatus();
  }

  const domain::KindInfo& info_;
  const Names& names_;
  uint32_t origin_ = 0;  // the last one, and its text
  std::string origin_text_;
  std::vector<Projection*> wanting_;
  std::unique_ptr<Message> body_;
};

}  // namespace

Memory::Mark Memory::TakeMark() const {
  Mark mark{.names = names.count(),
            .bulk_index = bulk_index.staged(),
            .bulk_places = bulk_places.staged(),
            .bindings = bindings.staged(),
            .head = head,
            .live = live};
  for (const Projection* projection : projections) mark.projections.push_back(projection->staged());
  return mark;
}

void Memory::DropTo(const Mark& mark) {
  names.DropTo(mark.names);
  bulk_index.DropTo(mark.bulk_index);
  bulk_places.DropTo(mark.bulk_places);
  bindings.DropTo(mark.bindings);
  for (size_t i = 0; i < projections.size(); ++i) projections[i]->DropTo(mark.projections[i]);
  head = mark.head;
  live = mark.live;
}

void Memory::Commit() {
  bulk_index.Commit();
  bulk_places.Commit();
  bindings.Commit();
  for (Projection* projection : projections) projection->Commit();
}

absl::Status Memory::Load(Connection& db) {
  RETURN_IF_ERROR(names.Load(db));
  ASSIGN_OR_RETURN(head, LoadHead(db));
  ASSIGN_OR_RETURN(epoch, LoadEpoch(db));
  ASSIGN_OR_RETURN(live, LoadLive(db));
  RETURN_IF_ERROR(bindings.Load(db));
  RETURN_IF_ERROR(LoadKeys(db, &bindings));
  RETURN_IF_ERROR(bulk_places.Load(db));
  RETURN_IF_ERROR(LoadBulkIndex(db, bulk_places, &bulk_index));
  RETURN_IF_ERROR(awaited.Load(db));
  RETURN_IF_ERROR(contested.Load(db));
  RETURN_IF_ERROR(LoadMergedKeys(db, &bindings));
  for (const domain::KindInfo& info : domain::Kinds()) {
    ProjectionLoader loader(info, projections, names);
    if (loader.wanted()) RETURN_IF_ERROR(loader.Run(db, bulk_places));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> LoadLive(Connection& db) {
  std::vector<int64_t> live(NumberOfKinds());
  Statement query = db.Prepare(kLoadLiveSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return live;
    if (query.Uint(0) >= live.size()) return CorruptError("the counts of records");
    live[query.Uint(0)] = query.Int(1);
  }
}

absl::Status SaveLive(Connection& db, const std::vector<int64_t>& live,
                      const std::vector<int64_t>& saved) {
  for (size_t kind = 0; kind < live.size(); ++kind) {
    if (live[kind] == saved[kind]) continue;
    RETURN_IF_ERROR(db.Prepare(kSaveLiveSql).Bind(uint64_t{kind}).Bind(live[kind]).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> FindLive(Connection& db, domain::Kind kind) {
  Statement query = db.Prepare(kFindLiveSql);
  query.Bind(static_cast<int>(kind));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Uint(0) : 0;
}

}  // namespace entrepot::store
