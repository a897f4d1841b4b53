// One row or typed record as the connector gave it, and how it is kept with a parked item or a dead
// letter so that it can be mapped again later.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/store/items.h"
#include "core/sync/source_batch.h"

namespace entrepot::sync {

// Borrows from the batch. Either `row` (with its `rows`) or `record` is set.
struct RawRow {
  const mapping::RowTable* rows = nullptr;
  mapping::RowView row;
  const v1::Record* record = nullptr;
};
// Rows come before records. REQUIRES: index < batch.size().
RawRow RowOf(const SourceBatch& batch, size_t index);

// Where the row stands, how it reads, and the row itself. `column`: index of the cell in question;
// -1: none. An empty `outside_id` is replaced by the row's place ("@stock.csv:12"), so that the
// same row read twice is one item.
store::ItemSource SourceOf(std::string_view dataset, const RawRow& raw, std::string_view outside_id,
                           int column);
store::ItemSource SourceOf(std::string_view dataset, const connector::BadRow& bad);

// The kept row as a batch of one. DATA_LOSS when it cannot be read; NOT_FOUND (ROW_NOT_KEPT) when
// the source could not read it in the first place, so that there is nothing to map.
absl::Status ReadKept(const store::ItemSource& source, SourceBatch* batch);

}  // namespace entrepot::sync
