#include "core/sync/references.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/sync/key_text.h"

namespace entrepot::sync {
namespace {

absl::StatusOr<std::optional<uint64_t>> Find(const store::Reader& reader,
                                             std::string_view connection, domain::Kind kind,
                                             std::string_view outside_id) {
  ASSIGN_OR_RETURN(const auto bound, reader.FindBinding(connection, kind, outside_id));
  if (bound) return bound;
  ASSIGN_OR_RETURN(const auto keyed, FindByKeyText(reader, domain::InfoOf(kind), outside_id));
  if (!keyed) return keyed;
  ASSIGN_OR_RETURN(const auto merged, reader.MergedInto(*keyed));
  return merged ? merged : keyed;
}

Digest128 KeyOf(domain::Kind kind, std::string_view outside_id) {
  Digest128 key = DigestOf128(outside_id);
  key.low ^= static_cast<uint64_t>(kind) * 0x9e3779b97f4a7c15;
  return key;
}

std::optional<uint64_t> FoundOr(absl::StatusOr<std::optional<uint64_t>> found,
                                absl::Status* status) {
  if (found.ok()) return *found;
  status->Update(found.status());
  return std::nullopt;
}

}  // namespace

mapping::Resolver ResolveIn(const store::Reader* reader, const std::string* connection,
                            absl::Status* status) {
  return [=](domain::Kind kind, std::string_view outside_id) {
    return FoundOr(Find(*reader, *connection, kind, outside_id), status);
  };
}

References::References(const store::Store* store, std::string connection)
    : store_(store), connection_(std::move(connection)) {}

void References::Expect(domain::Kind kind, std::string_view outside_id) const {
  found_.prefetch(KeyOf(kind, outside_id));
}

std::optional<uint64_t> References::Resolve(domain::Kind kind, std::string_view outside_id) {
  const Digest128 key = KeyOf(kind, outside_id);
  const auto remembered = found_.find(key);
  if (remembered != found_.end()) return remembered->second;
  const auto found = LookUp(kind, outside_id);
  if (!found) return std::nullopt;
  if (found_.size() >= kRememberedMax) found_.clear();
  found_.emplace(key, *found);
  return found;
}

void References::BeginBatch(uint64_t generation) {
  if (generation != generation_) found_.clear();
  generation_ = generation;
}

std::optional<uint64_t> References::LookUp(domain::Kind kind, std::string_view outside_id) {
  if (const auto bound = store_->ResolveBinding(connection_, kind, outside_id)) return bound;
  if (domain::HasTextKey(domain::InfoOf(kind))) return store_->ResolveKeyText(kind, outside_id);
  if (snapshot_ == nullptr) {
    auto snapshot = store_->Read();
    if (!snapshot.ok()) {
      status_.Update(snapshot.status());
      return std::nullopt;
    }
    snapshot_ = *std::move(snapshot);
  }
  return FoundOr(FindByKeyText(*snapshot_, domain::InfoOf(kind), outside_id), &status_);
}

}  // namespace entrepot::sync
