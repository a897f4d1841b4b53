#include "core/store/bindings.h"

#include <cstring>
#include <mutex>
#include <utility>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {

constexpr char kLoadSql[] =
    "SELECT connection, kind, outside_id, record_id FROM binding"
    " ORDER BY connection, kind, outside_id";
constexpr char kBindSql[] =
    "INSERT INTO binding (connection, kind, outside_id, record_id) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (connection, kind, outside_id) DO UPDATE SET record_id = excluded.record_id";
constexpr char kFindSql[] =
    "SELECT record_id FROM binding WHERE connection = ? AND kind = ? AND outside_id = ?";
constexpr char kUnbindSql[] =
    "DELETE FROM binding WHERE connection = ? AND kind = ? AND outside_id = ?";
constexpr char kMoveBasesSql[] =
    "UPDATE base SET record_id = ?, foreign_key = 1"
    " WHERE dataset IN (SELECT id FROM name WHERE text LIKE ? ESCAPE '!')"
    " AND outside_id = ? AND record_id = ?";
constexpr char kDropBasesSql[] =
    "DELETE FROM base WHERE dataset IN (SELECT id FROM name WHERE text LIKE ? ESCAPE '!')"
    " AND outside_id = ?";
constexpr char kOfRecordSql[] =
    "SELECT connection, outside_id FROM binding WHERE record_id = ?"
    " ORDER BY connection, outside_id";

// A key text is the outside id of no connection: its space begins with an empty name.
Digest128 KeyOf(std::string_view connection, domain::Kind kind, std::string_view text) {
  char buffer[256];
  const auto number = static_cast<uint32_t>(kind);
  const size_t size = sizeof(number) + connection.size() + 1 + text.size();
  std::string large;
  char* at = buffer;
  if (size > sizeof(buffer)) {
    large.resize(size);
    at = large.data();
  }
  std::memcpy(at, &number, sizeof(number));
  std::memcpy(at + sizeof(number), connection.data(), connection.size());
  at[sizeof(number) + connection.size()] = '\0';
  std::memcpy(at + sizeof(number) + connection.size() + 1, text.data(), text.size());
  return DigestOf128({at, size});
}

// The datasets of a connection, as LIKE wants them. Names hold "_", but no "%".
std::string DatasetsOf(std::string_view connection) {
  std::string pattern;
  for (const char c : connection) {
    if (c == '_' || c == '!') pattern.push_back('!');
    pattern.push_back(c);
  }
  return pattern + "/%";
}

}  // namespace

absl::Status Bindings::Load(Connection& connection) {
  Statement query = connection.Prepare(kLoadSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    const std::string name = names_->TextOf(static_cast<uint32_t>(query.Uint(0)));
    const auto kind = static_cast<domain::Kind>(query.Int(1));
    committed_.insert_or_assign(KeyOf(name, kind, query.View(2)), query.Uint(3));
  }
}

void Bindings::LoadKeyText(domain::Kind kind, std::string_view text, uint64_t record_id) {
  committed_.insert_or_assign(KeyOf("", kind, text), record_id);
}

std::optional<uint64_t> Bindings::Resolve(std::string_view connection, domain::Kind kind,
                                          std::string_view outside_id) const {
  return FindCommitted(KeyOf(connection, kind, outside_id));
}

std::optional<uint64_t> Bindings::ResolveKeyText(domain::Kind kind, std::string_view text) const {
  return FindCommitted(KeyOf("", kind, text));
}

std::optional<uint64_t> Bindings::Find(std::string_view connection, domain::Kind kind,
                                       std::string_view outside_id) const {
  return FindStagedFirst(KeyOf(connection, kind, outside_id));
}

std::optional<uint64_t> Bindings::FindKeyText(domain::Kind kind, std::string_view text) const {
  return FindStagedFirst(KeyOf("", kind, text));
}

absl::Status Bindings::Bind(Connection& db, std::string_view connection, domain::Kind kind,
                            std::string_view outside_id, uint64_t record_id) {
  const Digest128 key = KeyOf(connection, kind, outside_id);
  const std::optional<uint64_t> bound = FindStagedFirst(key);
  if (bound == record_id) return absl::OkStatus();
  if (ChangesMeaning(kind, outside_id, record_id, bound)) NextGeneration();
  ASSIGN_OR_RETURN(const uint32_t name, names_->Intern(db, connection));
  RETURN_IF_ERROR(db.Prepare(kBindSql)
                      .Bind(name)
                      .Bind(static_cast<int>(kind))
                      .BindText(outside_id)
                      .Bind(record_id)
                      .Run());
  Stage(key, record_id);
  return absl::OkStatus();
}

// What no binding says is found by its key.
bool Bindings::ChangesMeaning(domain::Kind kind, std::string_view outside_id, uint64_t record_id,
                              std::optional<uint64_t> bound) const {
  if (bound) return *bound != record_id;
  if (!domain::HasTextKey(domain::InfoOf(kind))) return true;  // it is not known here
  return FindKeyText(kind, outside_id).value_or(record_id) != record_id;
}

absl::Status Bindings::Move(Connection& db, domain::Kind kind, uint64_t gone, uint64_t kept) {
  ASSIGN_OR_RETURN(const auto bindings, BindingsOfRecord(db, *names_, gone));
  for (const auto& [connection, outside_id] : bindings) {
    RETURN_IF_ERROR(Bind(db, connection, kind, outside_id, kept));
    const std::string datasets = DatasetsOf(connection);
    RETURN_IF_ERROR(db.Prepare(kMoveBasesSql)
                        .Bind(kept)
                        .BindText(datasets)
                        .BindText(outside_id)
                        .Bind(gone)
                        .Run());
  }
  return absl::OkStatus();
}

absl::Status Bindings::Unbind(Connection& db, std::string_view connection, domain::Kind kind,
                              std::string_view outside_id) {
  RETURN_IF_ERROR(db.Prepare(kUnbindSql)
                      .Bind(names_->Find(connection))
                      .Bind(static_cast<int>(kind))
                      .BindText(outside_id)
                      .Run());
  Stage(KeyOf(connection, kind, outside_id), 0);
  const std::string datasets = DatasetsOf(connection);
  return db.Prepare(kDropBasesSql).BindText(datasets).BindText(outside_id).Run();
}

void Bindings::SetKeyText(domain::Kind kind, std::string_view text, uint64_t record_id) {
  Stage(KeyOf("", kind, text), record_id);
}

void Bindings::Stage(const Digest128& key, uint64_t record_id) {
  staged_.emplace_back(key, record_id);
  newest_.insert_or_assign(key, record_id);
}

void Bindings::DropTo(size_t count) {
  if (staged_.size() == count) return;
  staged_.resize(count);
  newest_.clear();
  for (const auto& [key, record_id] : staged_) newest_.insert_or_assign(key, record_id);
}

void Bindings::Commit() {
  if (staged_.empty()) return;
  const std::unique_lock lock(mutex_);
  for (const auto& [key, record_id] : newest_) {
    if (record_id == 0) {
      committed_.erase(key);
    } else {
      committed_.insert_or_assign(key, record_id);
    }
  }
  staged_.clear();
  newest_.clear();
  if (std::exchange(staged_generation_, false)) {
    generation_.fetch_add(1, std::memory_order_acq_rel);
  }
}

std::optional<uint64_t> Bindings::FindStagedFirst(const Digest128& key) const {
  if (!newest_.empty()) {
    if (const auto found = newest_.find(key); found != newest_.end()) {
      return found->second == 0 ? std::nullopt : std::optional(found->second);
    }
  }
  // The writer is the only one who changes the committed ones: it needs no lock to read.
  const auto found = committed_.find(key);
  return found == committed_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uint64_t> Bindings::FindCommitted(const Digest128& key) const {
  const std::shared_lock lock(mutex_);
  const auto found = committed_.find(key);
  return found == committed_.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<std::optional<uint64_t>> FindBindingOnDisk(Connection& db, const Names& names,
                                                          std::string_view connection,
                                                          domain::Kind kind,
                                                          std::string_view outside_id) {
  Statement query = db.Prepare(kFindSql);
  query.Bind(names.Find(connection)).Bind(static_cast<int>(kind)).BindText(outside_id);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::optional(query.Uint(0)) : std::nullopt;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> BindingsOfRecord(
    Connection& db, const Names& names, uint64_t record_id) {
  std::vector<std::pair<std::string, std::string>> bindings;
  Statement query = db.Prepare(kOfRecordSql);
  query.Bind(record_id);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return bindings;
    bindings.emplace_back(names.TextOf(static_cast<uint32_t>(query.Uint(0))), query.Text(1));
  }
}

}  // namespace entrepot::store
