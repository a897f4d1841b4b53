#include "core/domain/rewrite.h"

#include <algorithm>

namespace entrepot::domain {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool RewriteIn(const std::vector<const FieldDescriptor*>& path, size_t at, uint64_t from,
               uint64_t to, Message* message) {
  const FieldDescriptor* field = path[at];
  const auto* reflection = message->GetReflection();
  const bool last = at + 1 == path.size();
  if (!field->is_repeated()) {
    if (!reflection->HasField(*message, field)) return false;
    if (!last) return RewriteIn(path, at + 1, from, to, reflection->MutableMessage(message, field));
    if (reflection->GetUInt64(*message, field) != from) return false;
    reflection->SetUInt64(message, field, to);
    return true;
  }
  bool changed = false;
  for (int i = 0, count = reflection->FieldSize(*message, field); i < count; ++i) {
    if (!last) {
      Message* element = reflection->MutableRepeatedMessage(message, field, i);
      changed |= RewriteIn(path, at + 1, from, to, element);
    } else if (reflection->GetRepeatedUInt64(*message, field, i) == from) {
      reflection->SetRepeatedUInt64(message, field, i, to);
      changed = true;
    }
  }
  return changed;
}

}  // namespace

bool RefersTo(const KindInfo& info, Kind target) {
  return std::any_of(info.references.begin(), info.references.end(),
                     [&](const ReferenceField& reference) { return reference.target == target; });
}

bool RewriteReferences(const KindInfo& info, uint64_t from, uint64_t to, Message* body) {
  bool changed = false;
  for (const ReferenceField& reference : info.references) {
    changed |= RewriteIn(reference.path, 0, from, to, body);
  }
  return changed;
}

}  // namespace entrepot::domain
