#include "core/api/record_name.h"

#include <fmt/core.h>

#include <optional>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/sync/key_text.h"

namespace entrepot::api {

absl::Status NoRecord(std::string_view what) {
  return Failure(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
                 fmt::format("there is no {}", what));
}

absl::StatusOr<uint64_t> IdOf(const store::Reader& reader, const v1::RecordName& name) {
  if (name.id() != 0) return name.id();
  ASSIGN_OR_RETURN(const domain::KindInfo* info, domain::FindKind(name.kind()));
  ASSIGN_OR_RETURN(std::optional<uint64_t> id, sync::FindByKeyText(reader, *info, name.key()));
  if (!id.has_value()) return NoRecord(fmt::format("{} with the key {}", name.kind(), name.key()));
  return *id;
}

absl::StatusOr<v1::RecordName> NameOf(const store::Reader& reader, uint64_t id) {
  v1::RecordName name;
  name.set_id(id);
  ASSIGN_OR_RETURN(const auto record, reader.Get(id));
  if (!record) return name;
  const domain::KindInfo& kind = domain::InfoOf(record->body_case());
  name.set_kind(kind.name);
  ASSIGN_OR_RETURN(*name.mutable_key(), sync::KeyTextOf(reader, kind, domain::BodyOf(*record)));
  return name;
}

}  // namespace entrepot::api
