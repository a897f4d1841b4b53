#include "core/store/names.h"

#include <mutex>

#include "core/base/status_macros.h"

namespace entrepot::store {
namespace {
constexpr char kLoadSql[] = "SELECT id, text FROM name ORDER BY id";
constexpr char kInsertSql[] = "INSERT INTO name (id, text) VALUES (?, ?)";
}  // namespace

absl::Status Names::Load(Connection& connection) {
  const std::unique_lock lock(mutex_);
  Statement query = connection.Prepare(kLoadSql);
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return absl::OkStatus();
    if (query.Uint(0) != texts_.size() + 1) return CorruptError("the table of names");
    texts_.push_back(query.Text(1));
    ids_.emplace(texts_.back(), static_cast<uint32_t>(texts_.size()));
  }
}

absl::StatusOr<uint32_t> Names::Intern(Connection& connection, std::string_view text) {
  if (last_id_ != 0 && text == last_text_) return last_id_;
  if (const uint32_t id = Find(text); id != 0) {
    last_text_ = text;
    return last_id_ = id;
  }
  const auto id = static_cast<uint32_t>(count() + 1);
  RETURN_IF_ERROR(connection.Prepare(kInsertSql).Bind(id).BindText(text).Run());
  const std::unique_lock lock(mutex_);
  texts_.emplace_back(text);
  ids_.emplace(texts_.back(), id);
  return id;
}

uint32_t Names::Find(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  const auto found = ids_.find(text);
  return found == ids_.end() ? 0 : found->second;
}

std::string Names::TextOf(uint32_t id) const {
  const std::shared_lock lock(mutex_);
  return id == 0 || id > texts_.size() ? "" : texts_[id - 1];
}

size_t Names::count() const {
  const std::shared_lock lock(mutex_);
  return texts_.size();
}

void Names::DropTo(size_t count) {
  const std::unique_lock lock(mutex_);
  last_id_ = 0;
  while (texts_.size() > count) {
    ids_.erase(texts_.back());
    texts_.pop_back();
  }
}

}  // namespace entrepot::store
