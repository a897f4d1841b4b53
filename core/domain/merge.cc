#include "core/domain/merge.h"

#include <algorithm>
#include <cassert>
#include <memory>

#include "core/base/digest.h"

namespace entrepot::domain {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

bool IsCovered(std::span<const int> covers, int index) {
  return covers.empty() || std::find(covers.begin(), covers.end(), index) != covers.end();
}

// Message::CopyFrom looks for `from` inside `to` in Debian's protobuf: ten times slower.
void Copy(const Message& from, Message* to) {
  to->Clear();
  to->MergeFrom(from);
}

bool AnySet(const Message& message, const std::vector<const FieldDescriptor*>& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const FieldDescriptor* field) { return IsSet(message, field); });
}

}  // namespace

void MergeCovered(const Message& incoming, std::span<const int> covers, Message* target) {
  assert(incoming.GetDescriptor() == target->GetDescriptor());
  if (covers.empty()) return Copy(incoming, target);
  const Reflection* reflection = incoming.GetReflection();
  const auto* descriptor = incoming.GetDescriptor();
  std::vector<const FieldDescriptor*> kept;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (!IsCovered(covers, i)) kept.push_back(descriptor->field(i));
  }
  if (!AnySet(*target, kept)) {
    Copy(incoming, target);
    for (const FieldDescriptor* field : kept) {
      if (IsSet(*target, field)) reflection->ClearField(target, field);
    }
    return;
  }
  // What is not covered moves over into a copy of what came in: no field type needs a case.
  const std::unique_ptr<Message> merged(incoming.New());
  Copy(incoming, merged.get());
  reflection->SwapFields(merged.get(), target, kept);
  reflection->Swap(merged.get(), target);
}

std::vector<int> CoveredOfGroups(const KindInfo& kind, std::span<const int> covers,
                                 std::span<const int> groups) {
  std::vector<int> covered;
  for (int i = 0; i < kind.descriptor->field_count(); ++i) {
    const bool of_group = std::find(groups.begin(), groups.end(), kind.group_of[i]) != groups.end();
    if (of_group && IsCovered(covers, i)) covered.push_back(i);
  }
  return covered;
}

GroupDigester::GroupDigester(const KindInfo& kind, std::span<const int> covers)
    : kind_(kind), groups_(kind.groups.size()) {
  for (size_t g = 0; g < groups_.size(); ++g) {
    std::string covered;  // one byte a field, by number: numbers outlive indices
    for (int i = 0; i < kind.descriptor->field_count(); ++i) {
      const FieldDescriptor* field = kind.descriptor->field(i);
      if (kind.group_of[i] == static_cast<int>(g) && IsCovered(covers, i)) {
        covered.push_back(static_cast<char>(field->number()));
      } else {
        groups_[g].foreign.push_back(field);
      }
    }
    if (!covered.empty()) groups_[g].seed = DigestOf64(covered) | 1;
  }
}

void GroupDigester::Digest(const Message& body, std::vector<uint64_t>* digests) {
  digests->clear();
  for (const Group& group : groups_) digests->push_back(DigestOf(body, group));
}

uint64_t GroupDigester::DigestOfOnly(const Message& body) {
  assert(groups_.size() == 1);
  return DigestOf(body, groups_.front());
}

uint64_t GroupDigester::DigestOf(const Message& body, const Group& group) {
  if (group.seed == 0) return 0;
  bytes_.clear();
  if (AnySet(body, group.foreign)) {
    const std::unique_ptr<Message> own(body.New());
    Copy(body, own.get());
    for (const FieldDescriptor* field : group.foreign) {
      own->GetReflection()->ClearField(own.get(), field);
    }
    AppendCanonicalBytes(*own, &bytes_);
  } else {
    AppendCanonicalBytes(body, &bytes_);
  }
  const uint64_t digest = DigestOf64(bytes_) ^ group.seed;
  return digest == 0 ? group.seed : digest;
}

}  // namespace entrepot::domain
