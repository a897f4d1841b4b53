#include "core/sync/translator.h"

#include <fmt/core.h>

#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/transaction.h"

namespace entrepot::sync {

absl::StatusOr<std::unique_ptr<Translator>> Translator::Make(
    const DatasetPlan* dataset, const mapping::Environment& environment) {
  std::unique_ptr<Translator> translator(new Translator(dataset));
  const domain::KindInfo& kind = *dataset->kind;
  if (dataset->mapping != nullptr) {
    auto mapper = mapping::RowMapper::Compile(kind, *dataset->mapping, environment);
    if (!mapper.ok()) {
      return Failure(mapper.status().code(), ReasonOf(mapper.status()),
                     fmt::format("the mapping of {} does not fit: {}", dataset->path,
                                 StdView(mapper.status().message())));
    }
    translator->mapper_ = *std::move(mapper);
  }
  translator->digester_ = std::make_unique<domain::GroupDigester>(kind, translator->covers());
  translator->prototype_ =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(kind.descriptor);
  return translator;
}

std::span<const int> Translator::covers() const {
  if (mapper_ == nullptr) return {};
  return mapper_->covers();
}

absl::Status Translator::Bind(const mapping::RowTable& rows) {
  if (rows.size() == 0) return absl::OkStatus();
  if (mapper_ == nullptr) {
    return Failure(absl::StatusCode::kInvalidArgument, "MAPPING_MISSING",
                   fmt::format("{} gives rows, but the configuration has no mapping for it: add "
                               "connections.{}.datasets.{}.mapping",
                               dataset_->path, dataset_->connection, dataset_->name));
  }
  const absl::Status bound = mapper_->BindColumns(rows.columns());
  if (bound.ok()) return bound;
  return Failure(bound.code(), ReasonOf(bound),
                 fmt::format("{}: {}", rows.location(), StdView(bound.message())));
}

void Translator::Announce(const RawRow& raw, const mapping::ReferenceHint& hint) const {
  if (raw.record == nullptr) mapper_->Announce(raw.row, hint);
}

void Translator::Translate(const RawRow& raw, const mapping::Resolver& resolve, Item* item) {
  item->remembered_id = 0;
  if (raw.record != nullptr) return TranslateRecord(*raw.record, item);
  if (item->own == nullptr) item->own.reset(prototype_->New());
  item->body = item->own.get();
  item->outcome = mapper_->Map(raw.row, resolve, item->own.get(), &item->outside_id);
  switch (item->outcome) {
    case mapping::RowOutcome::kMapped: item->deleted = mapper_->deleted(); return Digest(item);
    case mapping::RowOutcome::kFault: item->fault = mapper_->fault(); return;
    case mapping::RowOutcome::kMissing: item->missing = mapper_->missing(); return;
  }
}

void Translator::TranslateRecord(const v1::Record& record, Item* item) {
  item->outside_id.clear();
  item->body = nullptr;  // that of the row before may be gone
  if (record.body_case() != dataset_->kind->kind) {
    item->outcome = mapping::RowOutcome::kFault;
    item->fault = {.reason = fmt::format("the connector gave a record of another kind than {}",
                                         dataset_->kind->name)};
    return;
  }
  item->body = &domain::BodyOf(record);
  item->outside_id = domain::KeyText(*dataset_->kind, *item->body);
  item->deleted = record.deleted();
  item->outcome = mapping::RowOutcome::kMapped;
  Digest(item);
}

void Translator::Digest(Item* item) {
  const domain::KindInfo& kind = *dataset_->kind;
  if (kind.bulk) {
    item->bulk_key = store::BulkKey(kind.kind, domain::KeyBytes(kind, *item->body));
  }
  if (item->deleted) {
    item->digests.assign(kind.bulk ? 1 : kind.groups.size(), kDeletedDigest);
  } else if (kind.bulk) {
    item->digests.assign(1, digester_->DigestOfOnly(*item->body));
  } else {
    digester_->Digest(*item->body, &item->digests);
  }
}

}  // namespace entrepot::sync
