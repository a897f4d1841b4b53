#include "core/sync/referring.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/domain/kind.h"

namespace entrepot::sync {
namespace {

constexpr int kLookedThroughMax = 20'000;
constexpr int kPage = 1000;

bool CanReferTo(const domain::KindInfo& kind, const std::set<domain::Kind>& targets) {
  return std::any_of(kind.references.begin(), kind.references.end(),
                     [&](const auto& reference) { return targets.contains(reference.target); });
}

bool RefersTo(const domain::KindInfo& kind, const v1::Record& record,
              const std::set<uint64_t>& ids) {
  const auto referred = domain::ReferencesOf(kind, domain::BodyOf(record));
  return std::any_of(referred.begin(), referred.end(),
                     [&](uint64_t id) { return ids.contains(id); });
}

absl::Status AppendOf(const store::Reader& reader, const domain::KindInfo& kind,
                      const std::set<uint64_t>& ids, size_t limit, std::vector<v1::Record>* found) {
  store::Page page{.limit = kPage, .newest_first = true};
  for (int looked = 0; looked < kLookedThroughMax && found->size() < limit;) {
    ASSIGN_OR_RETURN(auto records, reader.List(kind.kind, page));
    for (v1::Record& record : records) {
      page.after = record.id();
      if (found->size() < limit && RefersTo(kind, record, ids)) found->push_back(std::move(record));
    }
    looked += static_cast<int>(records.size());
    if (records.size() < kPage) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<v1::Record>> ReferringTo(const store::Reader& reader,
                                                    const std::set<uint64_t>& ids, int limit) {
  std::set<domain::Kind> targets;
  for (const uint64_t id : ids) {
    ASSIGN_OR_RETURN(const auto record, reader.Get(id));
    if (record) targets.insert(record->body_case());
  }
  std::vector<v1::Record> found;
  for (const domain::KindInfo& kind : domain::Kinds()) {
    if (kind.bulk || !CanReferTo(kind, targets)) continue;
    RETURN_IF_ERROR(AppendOf(reader, kind, ids, static_cast<size_t>(limit), &found));
  }
  std::sort(found.begin(), found.end(),
            [](const v1::Record& a, const v1::Record& b) { return a.id() < b.id(); });
  return found;
}

}  // namespace entrepot::sync
