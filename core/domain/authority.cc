#include "core/domain/authority.h"

#include <algorithm>
#include <memory>

#include "core/domain/merge.h"

namespace entrepot::domain {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Policy PolicyOf(const config::v1::GroupAuthority& group) {
  switch (group.policy()) {
    case config::v1::AUTHORITY_POLICY_LATEST: return Policy::kLatest;
    case config::v1::AUTHORITY_POLICY_HOLD: return Policy::kHold;
    default: return group.owner().empty() ? Policy::kNone : Policy::kOwner;
  }
}

bool Contains(const std::vector<int>& fields, int index) {
  return std::find(fields.begin(), fields.end(), index) != fields.end();
}

// Of all datasets of the kind that the connection has.
std::vector<int> CoveredByOwner(const KindInfo& kind, const config::v1::Config& config,
                                const std::string& owner) {
  std::vector<int> covered;
  const auto connection = config.connections().find(owner);
  if (connection == config.connections().end()) return covered;
  for (const auto& [name, dataset] : connection->second.datasets()) {
    if (dataset.kind() != kind.name) continue;
    const std::vector<int> fields = CoveredBy(kind, dataset);
    covered.insert(covered.end(), fields.begin(), fields.end());
  }
  return covered;
}

std::vector<GroupRule> RulesFor(const KindInfo& kind, const config::v1::KindAuthority& given,
                                const config::v1::Config& config) {
  std::vector<GroupRule> rules(kind.groups.size());
  for (const auto& [name, group] : given.groups()) {
    const auto at = std::find(kind.groups.begin(), kind.groups.end(), name);
    if (at == kind.groups.end()) continue;
    const auto number = static_cast<int>(at - kind.groups.begin());
    GroupRule& rule = rules[static_cast<size_t>(number)];
    rule.policy = PolicyOf(group);
    rule.owner = group.owner();
    const std::vector<int> owned = CoveredByOwner(kind, config, rule.owner);
    for (int i = 0; i < kind.descriptor->field_count(); ++i) {
      const bool ruled = rule.owner.empty() || Contains(owned, i);
      if (kind.group_of[static_cast<size_t>(i)] == number && ruled) rule.fields.push_back(i);
    }
  }
  return rules;
}

}  // namespace

Authority Authority::From(const config::v1::Config& config) {
  Authority authority;
  for (const auto& [name, given] : config.authority()) {
    const auto kind = FindKind(name);
    if (!kind.ok() || (*kind)->bulk || (*kind)->hub_owned) continue;
    authority.rules_.emplace((*kind)->kind, RulesFor(**kind, given, config));
  }
  return authority;
}

std::span<const GroupRule> Authority::RulesOf(Kind kind) const {
  const auto found = rules_.find(kind);
  if (found == rules_.end()) return {};
  return found->second;
}

std::vector<int> CoveredBy(const KindInfo& kind, const config::v1::DatasetConfig& dataset) {
  std::vector<int> covered;
  const config::v1::Mapping& mapping = dataset.mapping();
  const bool typed = mapping.fields().empty();
  for (int i = 0; i < kind.descriptor->field_count(); ++i) {
    const std::string& name = kind.descriptor->field(i)->name();
    const bool named =
        std::find(mapping.covers().begin(), mapping.covers().end(), name) != mapping.covers().end();
    if (typed || named || mapping.fields().contains(name)) covered.push_back(i);
  }
  return covered;
}

bool SameFields(const Message& a, const Message& b, std::span<const int> fields) {
  return DifferingFields(a, b, fields).empty();
}

std::vector<int> DifferingFields(const Message& a, const Message& b, std::span<const int> fields) {
  std::vector<int> differing;
  const std::unique_ptr<Message> one(a.New());
  std::string of_a, of_b;
  for (const int field : fields) {
    const auto bytes = [&](const Message& message, std::string* out) {
      one->Clear();
      one->MergeFrom(message);
      KeepOnly({&field, 1}, one.get());
      out->clear();
      AppendCanonicalBytes(*one, out);
    };
    bytes(a, &of_a);
    bytes(b, &of_b);
    if (of_a != of_b) differing.push_back(field);
  }
  return differing;
}

void KeepOnly(std::span<const int> fields, Message* body) {
  const auto* descriptor = body->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (std::find(fields.begin(), fields.end(), i) != fields.end()) continue;
    body->GetReflection()->ClearField(body, descriptor->field(i));
  }
}

}  // namespace entrepot::domain
