#include "core/store/waiting.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

#define ENTREPOT_SOURCE_COLUMNS "dataset, outside_id, location, line, column_no, raw, row"
#define ENTREPOT_PARKED_COLUMNS "id, " ENTREPOT_SOURCE_COLUMNS ", waits_kind, waits_key, parked_at"
#define ENTREPOT_LETTER_COLUMNS  \
  "id, " ENTREPOT_SOURCE_COLUMNS \
  ", field, reason, died_at, replays, record_id, original_row, edited_by, edited_at"

constexpr char kAwaitedSql[] =
    "SELECT DISTINCT waits_kind, waits_key FROM parked"
    " ORDER BY waits_kind, waits_key";
constexpr char kParkSql[] =
    "INSERT INTO parked (" ENTREPOT_SOURCE_COLUMNS
    ", waits_kind, waits_key, parked_at, item_key, queued)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (dataset, item_key) DO UPDATE SET outside_id = excluded.outside_id,"
    " location = excluded.location, line = excluded.line, column_no = excluded.column_no,"
    " raw = excluded.raw, row = excluded.row, waits_kind = excluded.waits_kind,"
    " waits_key = excluded.waits_key, parked_at = excluded.parked_at, queued = excluded.queued"
    " RETURNING id";
constexpr char kBurySql[] =
    "INSERT INTO dead_letter (" ENTREPOT_SOURCE_COLUMNS
    ", field, reason, died_at, replays, record_id, original_row, edited_by, edited_at, item_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (dataset, item_key) DO UPDATE SET outside_id = excluded.outside_id,"
    " location = excluded.location, line = excluded.line, column_no = excluded.column_no,"
    " raw = excluded.raw, row = excluded.row, field = excluded.field, reason = excluded.reason,"
    " died_at = excluded.died_at, replays = excluded.replays, record_id = excluded.record_id,"
    " original_row = excluded.original_row, edited_by = excluded.edited_by,"
    " edited_at = excluded.edited_at"
    " RETURNING id";
constexpr char kForgetParkedSql[] = "DELETE FROM parked WHERE dataset = ? AND item_key = ?";
constexpr char kForgetLetterSql[] = "DELETE FROM dead_letter WHERE dataset = ? AND item_key = ?";
constexpr char kDeleteParkedSql[] = "DELETE FROM parked WHERE id = ?";
constexpr char kDeleteLetterSql[] = "DELETE FROM dead_letter WHERE id = ?";
constexpr char kQueueSql[] =
    "UPDATE parked SET queued = 1 WHERE waits_kind = ?1 AND waits_key = ?2 AND queued = 0"
    " AND (?3 = '' OR substr(dataset, 1, length(?3) + 1) = ?3 || '/')";
constexpr char kQueuedSql[] =
    "SELECT " ENTREPOT_PARKED_COLUMNS " FROM parked WHERE queued = 1 ORDER BY id LIMIT ?";
constexpr char kParkedSql[] =
    "SELECT " ENTREPOT_PARKED_COLUMNS " FROM parked WHERE id > ? ORDER BY id LIMIT ?";
constexpr char kParkedBackSql[] =
    "SELECT " ENTREPOT_PARKED_COLUMNS " FROM parked WHERE id < ? ORDER BY id DESC LIMIT ?";
constexpr char kCountParkedSql[] = "SELECT count(*) FROM parked WHERE dataset = ?";
constexpr char kCountAllParkedSql[] = "SELECT count(*) FROM parked";
constexpr char kLettersSql[] = "SELECT " ENTREPOT_LETTER_COLUMNS
                               " FROM dead_letter WHERE (?1 = '' OR dataset = ?1) AND id > ?2"
                               " ORDER BY id LIMIT ?3";
constexpr char kLettersBackSql[] = "SELECT " ENTREPOT_LETTER_COLUMNS
                                   " FROM dead_letter WHERE (?1 = '' OR dataset = ?1) AND id < ?2"
                                   " ORDER BY id DESC LIMIT ?3";
// Datasets of a connection: "warehouse/" to "warehouse0", the sign after the stroke.
#define ENTREPOT_OF_CONNECTION " dataset >= ?1 || '/' AND dataset < ?1 || '0' AND outside_id = ?2"
constexpr char kParkedForSql[] = "SELECT " ENTREPOT_PARKED_COLUMNS
                                 " FROM parked WHERE waits_kind = ?1 AND waits_key = ?2"
                                 " ORDER BY id LIMIT ?3";
constexpr char kParkedOfSql[] = "SELECT " ENTREPOT_PARKED_COLUMNS
                                " FROM parked WHERE" ENTREPOT_OF_CONNECTION " ORDER BY id LIMIT ?3";
constexpr char kLettersOfSql[] =
    "SELECT " ENTREPOT_LETTER_COLUMNS
    " FROM dead_letter WHERE record_id = 0 AND" ENTREPOT_OF_CONNECTION " ORDER BY id LIMIT ?3";
constexpr char kLettersOfRecordSql[] =
    "SELECT " ENTREPOT_LETTER_COLUMNS " FROM dead_letter WHERE record_id = ? ORDER BY id LIMIT ?";
constexpr char kLetterSql[] = "SELECT " ENTREPOT_LETTER_COLUMNS " FROM dead_letter WHERE id = ?";
constexpr char kCountLettersSql[] = "SELECT count(*) FROM dead_letter WHERE dataset = ?";
constexpr char kCountAllLettersSql[] = "SELECT count(*) FROM dead_letter";

// The key in both books. A row whose outside id could not be read is known by its place.
std::string ItemKey(const ItemSource& source, uint64_t record_id) {
  if (!source.outside_id.empty()) return source.outside_id;
  if (record_id != 0) return fmt::format("\n#{}", record_id);
  return fmt::format("\n{}:{}", source.location, source.line);
}

Digest128 AwaitedKey(std::string_view kind, std::string_view key) {
  return DigestOf128(fmt::format("{}\n{}", kind, key));
}

Statement& BindSource(Statement& statement, const ItemSource& source) {
  return statement.BindText(source.dataset)
      .BindText(source.outside_id)
      .BindText(source.location)
      .Bind(source.line)
      .Bind(source.column)
      .BindBlob(source.raw)
      .BindBlob(source.row);
}

ItemSource ReadSource(const Statement& row) {
  return {.dataset = row.Text(1),
          .outside_id = row.Text(2),
          .location = row.Text(3),
          .line = row.Uint(4),
          .column = row.Uint(5),
          .raw = row.Text(6),
          .row = row.Text(7)};
}

ParkedItem ReadParked(const Statement& row) {
  return {.id = row.Uint(0),
          .source = ReadSource(row),
          .waits_for_kind = row.Text(8),
          .waits_for_key = row.Text(9),
          .parked_at = row.Time(10)};
}

DeadLetter ReadLetter(const Statement& row) {
  return {.id = row.Uint(0),
          .source = ReadSource(row),
          .field = row.Text(8),
          .reason = row.Text(9),
          .died_at = row.Time(10),
          .replays = static_cast<uint32_t>(row.Uint(11)),
          .record_id = row.Uint(12),
          .original_row = row.Text(13),
          .edited_by = row.Text(14),
          .edited_at = row.Time(15)};
}

template <typename Item>
absl::Status AppendAll(Statement& query, Item (*read)(const Statement&), std::vector<Item>* items) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    items->push_back(read(query));
  }
}

template <typename Item>
absl::StatusOr<std::vector<Item>> ReadAll(Statement& query, Item (*read)(const Statement&)) {
  std::vector<Item> items;
  RETURN_IF_ERROR(AppendAll(query, read, &items));
  return items;
}

// Several questions may find the same item.
template <typename Item>
std::vector<Item> OnceEach(std::vector<Item> items, int limit) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.id < b.id; });
  const auto same = [](const Item& a, const Item& b) { return a.id == b.id; };
  items.erase(std::unique(items.begin(), items.end(), same), items.end());
  if (items.size() > static_cast<size_t>(limit)) items.resize(limit);
  return items;
}

int64_t StartOf(const Page& page) {
  if (page.newest_first && page.after == 0) return std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(page.after);
}

absl::StatusOr<uint64_t> ReadNumber(Statement& query) {
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Uint(0) : 0;
}

}  // namespace

absl::Status AwaitedKeys::Load(Connection& db) {
  Statement query = db.Prepare(kAwaitedSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    Add(query.View(0), query.View(1));
  }
}

bool AwaitedKeys::Awaits(std::string_view kind, std::string_view key) const {
  return !keys_.empty() && keys_.contains(AwaitedKey(kind, key));
}

void AwaitedKeys::Add(std::string_view kind, std::string_view key) {
  keys_.insert(AwaitedKey(kind, key));
  kinds_.emplace(kind);
}

absl::Status AwaitedKeys::Prune(Connection& db) {
  if (keys_.size() < prune_at_) return absl::OkStatus();
  AwaitedKeys left;
  const absl::Status loaded = left.Load(db);
  if (!loaded.ok()) {
    prune_at_ *= 2;  // those at hand stay: fewer would leave waiters behind for ever
    return loaded;
  }
  left.prune_at_ = std::max(prune_at_, 2 * left.keys_.size());
  *this = std::move(left);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> SaveParked(Connection& db, const ParkedItem& item, bool queued) {
  const std::string key = ItemKey(item.source, 0);
  RETURN_IF_ERROR(db.Prepare(kForgetLetterSql).BindText(item.source.dataset).BindText(key).Run());
  Statement statement = db.Prepare(kParkSql);
  BindSource(statement, item.source)
      .BindText(item.waits_for_kind)
      .BindText(item.waits_for_key)
      .Bind(item.parked_at)
      .BindText(key)
      .Bind(queued);
  return ReadNumber(statement);
}

absl::StatusOr<uint64_t> SaveDeadLetter(Connection& db, const DeadLetter& letter) {
  const std::string key = ItemKey(letter.source, letter.record_id);
  RETURN_IF_ERROR(db.Prepare(kForgetParkedSql).BindText(letter.source.dataset).BindText(key).Run());
  Statement statement = db.Prepare(kBurySql);
  BindSource(statement, letter.source)
      .BindText(letter.field)
      .BindText(letter.reason)
      .Bind(letter.died_at)
      .Bind(letter.replays)
      .Bind(letter.record_id)
      .BindBlob(letter.original_row)
      .BindText(letter.edited_by)
      .Bind(letter.edited_at)
      .BindText(key);
  return ReadNumber(statement);
}

absl::StatusOr<bool> ForgetItem(Connection& db, std::string_view dataset,
                                std::string_view outside_id) {
  RETURN_IF_ERROR(db.Prepare(kForgetParkedSql).BindText(dataset).BindText(outside_id).Run());
  const int64_t parked = db.changes();
  RETURN_IF_ERROR(db.Prepare(kForgetLetterSql).BindText(dataset).BindText(outside_id).Run());
  return parked + db.changes() > 0;
}

absl::Status DeleteParked(Connection& db, uint64_t id) {
  return db.Prepare(kDeleteParkedSql).Bind(id).Run();
}

absl::Status DeleteDeadLetter(Connection& db, uint64_t id) {
  return db.Prepare(kDeleteLetterSql).Bind(id).Run();
}

absl::Status QueueWaiters(Connection& db, std::string_view connection, std::string_view kind,
                          std::string_view key) {
  return db.Prepare(kQueueSql).BindText(kind).BindText(key).BindText(connection).Run();
}

absl::StatusOr<std::vector<ParkedItem>> ListQueued(Connection& db, int limit) {
  Statement query = db.Prepare(kQueuedSql);
  query.Bind(limit);
  return ReadAll<ParkedItem>(query, ReadParked);
}

absl::StatusOr<std::vector<ParkedItem>> ListParkedItems(Connection& db, const Page& page) {
  Statement query = db.Prepare(page.newest_first ? kParkedBackSql : kParkedSql);
  query.Bind(StartOf(page)).Bind(page.limit);
  return ReadAll<ParkedItem>(query, ReadParked);
}

absl::StatusOr<uint64_t> CountParkedItems(Connection& db, std::string_view dataset) {
  Statement query = db.Prepare(dataset.empty() ? kCountAllParkedSql : kCountParkedSql);
  if (!dataset.empty()) query.BindText(dataset);
  return ReadNumber(query);
}

absl::StatusOr<std::vector<DeadLetter>> ListLetters(Connection& db, std::string_view dataset,
                                                    const Page& page) {
  Statement query = db.Prepare(page.newest_first ? kLettersBackSql : kLettersSql);
  query.BindText(dataset).Bind(StartOf(page)).Bind(page.limit);
  return ReadAll<DeadLetter>(query, ReadLetter);
}

absl::StatusOr<std::vector<ParkedItem>> ListParkedAbout(Connection& db, const Concern& concern,
                                                        int limit) {
  std::vector<ParkedItem> items;
  for (const std::string& key : concern.keys) {
    Statement query = db.Prepare(kParkedForSql);
    query.BindText(concern.kind).BindText(key).Bind(limit);
    RETURN_IF_ERROR(AppendAll<ParkedItem>(query, ReadParked, &items));
  }
  for (const auto& [connection, outside_id] : concern.known_as) {
    Statement query = db.Prepare(kParkedOfSql);
    query.BindText(connection).BindText(outside_id).Bind(limit);
    RETURN_IF_ERROR(AppendAll<ParkedItem>(query, ReadParked, &items));
  }
  return OnceEach(std::move(items), limit);
}

absl::StatusOr<std::vector<DeadLetter>> ListLettersAbout(Connection& db, const Concern& concern,
                                                         int limit) {
  std::vector<DeadLetter> letters;
  {
    Statement query = db.Prepare(kLettersOfRecordSql);
    query.Bind(concern.record_id).Bind(limit);
    RETURN_IF_ERROR(AppendAll<DeadLetter>(query, ReadLetter, &letters));
  }
  for (const auto& [connection, outside_id] : concern.known_as) {
    Statement query = db.Prepare(kLettersOfSql);
    query.BindText(connection).BindText(outside_id).Bind(limit);
    RETURN_IF_ERROR(AppendAll<DeadLetter>(query, ReadLetter, &letters));
  }
  return OnceEach(std::move(letters), limit);
}

absl::StatusOr<std::optional<DeadLetter>> FindLetter(Connection& db, uint64_t id) {
  Statement query = db.Prepare(kLetterSql);
  query.Bind(id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(ReadLetter(query)) : std::nullopt;
}

absl::StatusOr<uint64_t> CountLetters(Connection& db, std::string_view dataset) {
  Statement query = db.Prepare(dataset.empty() ? kCountAllLettersSql : kCountLettersSql);
  if (!dataset.empty()) query.BindText(dataset);
  return ReadNumber(query);
}

}  // namespace entrepot::store
