#include "core/sync/batch_translator.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {

absl::StatusOr<std::unique_ptr<BatchTranslator>> BatchTranslator::Make(
    const store::Store* store, const DatasetPlan* dataset, const mapping::Environment& environment,
    std::shared_ptr<const RowMemory> memory) {
  ASSIGN_OR_RETURN(std::unique_ptr<Translator> translator, Translator::Make(dataset, environment));
  return std::unique_ptr<BatchTranslator>(
      new BatchTranslator(std::move(translator), store, dataset, std::move(memory)));
}

BatchTranslator::BatchTranslator(std::unique_ptr<Translator> translator, const store::Store* store,
                                 const DatasetPlan* dataset,
                                 std::shared_ptr<const RowMemory> memory)
    : store_(store),
      path_(dataset->path),
      translator_(std::move(translator)),
      references_(store, dataset->connection),
      resolve_([this](domain::Kind kind, std::string_view outside_id) {
        return references_.Resolve(kind, outside_id);
      }),
      expect_([this](domain::Kind kind, std::string_view outside_id) {
        references_.Expect(kind, outside_id);
      }) {
  if (memory != nullptr) recall_.emplace(std::move(memory));
}

void BatchTranslator::Run(BatchQueue* read, BatchQueue* translated) {
  absl::Status status = Guarded([&] { return TranslateAll(read, translated); });
  references_.EndBatch();
  // The reader need not go on.
  read->Cancel();
  translated->Close(std::move(status));
}

absl::Status BatchTranslator::TranslateAll(BatchQueue* read, BatchQueue* translated) {
  while (BatchPtr batch = read->Pop()) {
    RETURN_IF_ERROR(Translate(batch.get()));
    if (!translated->Push(std::move(batch))) return Interrupted();
  }
  return read->status();
}

absl::Status BatchTranslator::Translate(Batch* batch) {
  constexpr size_t kAhead = 8;  // about the time that memory takes
  if (!batch->source.DecodeRows()) {
    return Failure(absl::StatusCode::kInternal, "CONNECTOR_FAULT",
                   fmt::format("{}: the connector gave rows that are malformed, or a text that is "
                               "not UTF-8: this is a mistake in the connector",
                               path_));
  }
  const SourceBatch& source = batch->source;
  RETURN_IF_ERROR(translator_->Bind(source.rows()));
  const uint64_t columns = DigestOfColumns(source.rows());
  const bool holds = recall_ && recall_->memory().generation() == store_->identity_generation();
  batch->generation = store_->identity_generation();
  references_.BeginBatch(batch->generation);
  const size_t size = source.size();
  if (batch->items.size() < size) batch->items.resize(size);
  for (size_t i = 0; i < size; ++i) {
    Item& item = batch->items[i];
    const RawRow raw = RowOf(source, i);
    item.text = raw.rows == nullptr ? 0 : DigestOfText(raw.row, columns);
    if (holds && item.text != 0 && Recall(item.text, &item)) continue;
    if (i + kAhead < size) translator_->Announce(RowOf(source, i + kAhead), expect_);
    translator_->Translate(raw, resolve_, &item);
  }
  references_.EndBatch();
  return references_.status();
}

bool BatchTranslator::Recall(uint64_t text, Item* item) {
  const RowMemory::Row* row = recall_->Find(text);
  if (row == nullptr) return false;
  item->outcome = mapping::RowOutcome::kMapped;
  item->remembered_id = row->record_id;
  item->digests.assign(1, row->digest);
  return true;
}

}  // namespace entrepot::sync
