#include "core/sync/held.h"

#include "core/base/digest.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {

absl::Status Held::Load(const store::Reader& reader, std::string_view dataset) {
  ASSIGN_OR_RETURN(uint64_t parked_left, reader.CountParked(dataset));
  for (store::Page page{.limit = 1000}; parked_left > 0;) {
    ASSIGN_OR_RETURN(const auto items, reader.ListParked(page));
    if (items.empty()) break;
    for (const store::ParkedItem& item : items) {
      if (item.source.dataset != dataset) continue;
      Set(item.source.outside_id, Book::kParked);
      --parked_left;
    }
    page.after = items.back().id;
  }
  for (store::Page page{.limit = 1000};;) {
    ASSIGN_OR_RETURN(const auto letters, reader.ListDeadLetters(dataset, page));
    if (letters.empty()) break;
    for (const store::DeadLetter& letter : letters) Set(letter.source.outside_id, Book::kDead);
    page.after = letters.back().id;
  }
  Commit();
  return absl::OkStatus();
}

Held::Book Held::Of(std::string_view outside_id) const {
  if (books_.empty()) return Book::kNone;
  const auto found = books_.find(DigestOf64(outside_id));
  return found == books_.end() ? Book::kNone : found->second;
}

void Held::Set(std::string_view outside_id, Book book) {
  const uint64_t digest = DigestOf64(outside_id);
  const auto found = books_.find(digest);
  undo_.emplace_back(digest, found == books_.end() ? Book::kNone : found->second);
  SetDigest(digest, book);
  if (book == Book::kParked) {
    seen_.insert(digest);
  } else {
    seen_.erase(digest);
  }
}

bool Held::Unseen(std::string_view outside_id) const {
  return Of(outside_id) == Book::kParked && !seen_.contains(DigestOf64(outside_id));
}

void Held::SetDigest(uint64_t digest, Book book) {
  const auto count = [&](Book of, int64_t by) {
    if (of == Book::kParked) parked_ += by;
    if (of == Book::kDead) dead_ += by;
  };
  const auto found = books_.find(digest);
  if (found != books_.end()) count(found->second, -1);
  count(book, 1);
  if (book == Book::kNone) {
    books_.erase(digest);
  } else {
    books_[digest] = book;
  }
}

void Held::Rollback() {
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change) {
    SetDigest(change->first, change->second);
  }
  undo_.clear();
}

}  // namespace entrepot::sync
