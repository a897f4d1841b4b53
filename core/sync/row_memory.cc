#include "core/sync/row_memory.h"

#include <algorithm>
#include <utility>

#include "core/base/digest.h"

namespace entrepot::sync {
namespace {

constexpr size_t kNear = 8;             // rows
constexpr uint64_t kAnchorMask = 0x3f;  // every 64th row

bool IsAnchor(uint64_t text) { return (text & kAnchorMask) == 0; }

}  // namespace

uint64_t DigestOfText(const mapping::RowView& row, uint64_t columns) {
  if (row.deleted || !row.absent.empty() || row.cells.empty()) return 0;
  // The cells lie in the row's bytes with their lengths between them: but for the first one's
  // length and their number, the bytes say where each ends.
  const char* const begin = row.cells.front().data();
  const std::string_view last = row.cells.back();
  const uint64_t shape = row.cells.size() << 32 ^ row.cells.front().size();
  return DigestOf64({begin, static_cast<size_t>(last.data() + last.size() - begin)}) ^ columns ^
         shape * 0x9e3779b97f4a7c15;
}

uint64_t DigestOfColumns(const mapping::RowTable& rows) {
  uint64_t digest = 0;
  for (const std::string& column : rows.columns()) {
    digest = (digest ^ DigestOf64(column)) * 0x9e3779b97f4a7c15;
  }
  return digest;
}

void RowMemory::Add(const Row& row) {
  if (rows_.size() < rows_max_) rows_.push_back(row);
}

void RowMemory::Finish() {
  rows_.shrink_to_fit();
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (IsAnchor(rows_[i].text)) anchors_.emplace(rows_[i].text, i);
  }
}

const RowMemory::Row* RowRecall::Find(uint64_t text) {
  const auto& rows = memory_->rows_;
  if (next_ < rows.size() && rows[next_].text == text) return &rows[next_++];
  const std::optional<size_t> found = Near(text);
  if (!found) {
    ++next_;  // most likely it is this one that has changed
    return nullptr;
  }
  next_ = *found + 1;
  return &rows[*found];
}

std::optional<size_t> RowRecall::Near(uint64_t text) const {
  const auto& rows = memory_->rows_;
  const size_t begin = std::min(next_ - std::min(next_, kNear), rows.size());
  const size_t end = std::min(next_ + kNear, rows.size());
  for (size_t i = begin; i < end; ++i) {
    if (rows[i].text == text) return i;
  }
  if (!IsAnchor(text)) return std::nullopt;
  const auto anchor = memory_->anchors_.find(text);
  return anchor == memory_->anchors_.end() ? std::nullopt : std::optional(anchor->second);
}

std::shared_ptr<const RowMemory> RowMemories::Find(std::string_view dataset) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_dataset_.find(dataset);
  return found == by_dataset_.end() ? nullptr : found->second;
}

void RowMemories::Keep(std::string_view dataset, std::shared_ptr<const RowMemory> memory) {
  const std::lock_guard lock(mutex_);
  by_dataset_.insert_or_assign(std::string(dataset), std::move(memory));
}

}  // namespace entrepot::sync
