#include "core/sync/match_index.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

using google::protobuf::Message;

// A value that so many share tells nobody apart.
constexpr size_t kPairsMax = 10;
constexpr size_t kPairsLoadedMax = 10'000;

Digest128 KeyOf(const std::string& rule, std::string_view value) {
  return DigestOf128(rule + '\0' + std::string(value));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MatchIndex>> MatchIndex::From(const config::v1::Config& config) {
  auto index = std::make_unique<MatchIndex>();
  for (const auto& [connection_name, connection] : config.connections()) {
    for (const auto& [name, dataset] : connection.datasets()) {
      if (dataset.match().empty()) continue;
      ASSIGN_OR_RETURN(const domain::KindInfo* kind, domain::FindKind(dataset.kind()));
      for (const config::v1::MatchRule& given : dataset.match()) {
        ASSIGN_OR_RETURN(
            domain::MatchRule compiled,
            domain::MatchRule::Compile(*kind, {given.fields().begin(), given.fields().end()}));
        auto& rules = index->kinds_[kind->kind];
        auto at = std::find_if(rules.begin(), rules.end(), [&](const auto& rule) {
          return rule->rule.name() == compiled.name();
        });
        if (at == rules.end()) {
          rules.push_back(std::make_unique<Rule>(Rule{kind->kind, std::move(compiled)}));
          at = rules.end() - 1;
        }
        index->datasets_[fmt::format("{}/{}", connection_name, name)].push_back(at->get());
      }
    }
  }
  return index;
}

MatchIndex::Match MatchIndex::Find(std::string_view dataset, const Message& body) const {
  Match match;
  const auto rules = datasets_.find(dataset);
  if (rules == datasets_.end()) return match;
  for (const Rule* rule : rules->second) {
    std::vector<uint64_t> found;
    for (const std::string& value : rule->rule.ValuesOf(body)) {
      const auto at = ids_.find(KeyOf(rule->rule.name(), value));
      if (at != ids_.end()) found.insert(found.end(), at->second.begin(), at->second.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.size() == 1) return {.unique = found.front()};
    match.several.insert(match.several.end(), found.begin(), found.end());
  }
  return match;
}

std::vector<std::pair<Digest128, const MatchIndex::Rule*>> MatchIndex::KeysOf(
    domain::Kind kind, const Message& body) const {
  std::vector<std::pair<Digest128, const Rule*>> keys;
  const auto rules = kinds_.find(kind);
  if (rules == kinds_.end()) return keys;
  for (const auto& rule : rules->second) {
    for (const std::string& value : rule->rule.ValuesOf(body)) {
      keys.emplace_back(KeyOf(rule->rule.name(), value), rule.get());
    }
  }
  return keys;
}

void MatchIndex::Load(uint64_t id, domain::Kind kind, const Message& body, const store::Revision&) {
  for (const auto& [key, rule] : KeysOf(kind, body)) {
    if (equal_.size() < kPairsLoadedMax) {
      Add(key, id, *rule);
    } else {
      ids_[key].push_back(id);
    }
  }
}

void MatchIndex::Stage(const store::RecordChange& change) {
  std::vector<std::pair<Digest128, const Rule*>> before, after;
  if (change.before != nullptr) before = KeysOf(change.kind, *change.before);
  if (change.after != nullptr) after = KeysOf(change.kind, *change.after);
  const auto holds = [](const auto& keys, const Digest128& key) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const auto& entry) { return entry.first == key; });
  };
  for (const auto& [key, rule] : before) {
    if (holds(after, key)) continue;
    undo_.push_back({key, change.id, false, equal_.size()});
    Remove(key, change.id);
  }
  for (const auto& [key, rule] : after) {
    if (holds(before, key)) continue;
    undo_.push_back({key, change.id, true, equal_.size()});
    Add(key, change.id, *rule);
  }
}

void MatchIndex::Add(const Digest128& key, uint64_t id, const Rule& rule) {
  Ids& ids = ids_[key];
  for (size_t i = 0; i < ids.size() && i < kPairsMax; ++i) {
    if (ids[i] != id) equal_.push_back({ids[i], id, rule.kind, rule.rule.name()});
  }
  ids.push_back(id);
}

void MatchIndex::Remove(const Digest128& key, uint64_t id) {
  const auto at = ids_.find(key);
  if (at == ids_.end()) return;
  const auto found = std::find(at->second.begin(), at->second.end(), id);
  if (found != at->second.end()) at->second.erase(found);
  if (at->second.empty()) ids_.erase(at);
}

void MatchIndex::DropTo(size_t count) {
  while (undo_.size() > count) {
    const Undo undo = undo_.back();
    undo_.pop_back();
    if (undo.added) {
      Remove(undo.key, undo.id);
    } else {
      ids_[undo.key].push_back(undo.id);
    }
    equal_.resize(std::min(equal_.size(), undo.equal));
  }
}

}  // namespace entrepot::sync
