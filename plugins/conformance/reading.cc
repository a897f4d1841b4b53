#include "plugins/conformance/reading.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "core/base/absl_view.h"
#include "core/base/status_macros.h"
#include "plugins/host/utf8.h"

namespace entrepot::conformance {
namespace {

constexpr size_t kCursorBytesMax = 64u << 10;
// Batches without rows and without an end, one after the other.
constexpr int kEmptyBatchesMax = 1000;

absl::Status Broken(std::string_view what) { return absl::InternalError(AbslView(what)); }

absl::Status CheckRow(const contract::Row& row, const contract::Rows& rows) {
  const auto where = [&] { return fmt::format("{}:{}", rows.location(), row.line()); };
  if (row.cells_size() != rows.columns_size()) {
    return Broken(fmt::format("the row at {} has {} cells for {} columns", where(),
                              row.cells_size(), rows.columns_size()));
  }
  if (row.positions_size() != 0 && row.positions_size() != row.cells_size()) {
    return Broken(fmt::format("the row at {} has positions for some of its cells only", where()));
  }
  for (const std::string& cell : row.cells()) {
    if (!host::IsUtf8(cell)) return Broken(fmt::format("a cell at {} is not UTF-8", where()));
  }
  if (!host::IsUtf8(row.raw()))
    return Broken(fmt::format("the raw row at {} is not UTF-8", where()));
  for (int i = 0; i < row.absent_size(); ++i) {
    const bool ascending = i == 0 || row.absent(i) > row.absent(i - 1);
    if (!ascending || row.absent(i) >= static_cast<uint32_t>(row.cells_size())) {
      return Broken(fmt::format("the row at {} names absent cells that it has not", where()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRows(const contract::Dataset& dataset, const contract::ReadResponse& batch) {
  if (batch.rows().rows_size() > 0 && batch.records_size() > 0) {
    return Broken("a batch holds rows and records");
  }
  for (const contract::Row& row : batch.rows().rows()) {
    RETURN_IF_ERROR(CheckRow(row, batch.rows()));
  }
  for (const v1::Record& record : batch.records()) {
    const auto* body = record.GetReflection()->GetOneofFieldDescriptor(
        record, v1::Record::descriptor()->FindOneofByName("body"));
    if (body == nullptr || body->name() != dataset.kind()) {
      return Broken(fmt::format("a record is a '{}' in a dataset of '{}'",
                                body == nullptr ? "nothing" : body->name(), dataset.kind()));
    }
  }
  for (const contract::BadRow& row : batch.bad_rows()) {
    if (row.reason().empty()) return Broken("a bad row has no reason");
    if (!host::IsUtf8(row.raw())) return Broken("the raw text of a bad row is not UTF-8");
  }
  return absl::OkStatus();
}

// A batch may pass bytes_max by its last row.
size_t LastRowBytes(const contract::ReadResponse& batch) {
  size_t bytes = 0;
  if (batch.rows().rows_size() > 0) bytes = batch.rows().rows().rbegin()->ByteSizeLong();
  if (batch.records_size() > 0) bytes = std::max(bytes, batch.records().rbegin()->ByteSizeLong());
  for (const auto& row : batch.bad_rows()) bytes = std::max(bytes, row.ByteSizeLong());
  return bytes;
}

size_t SizeOf(const contract::ReadResponse& batch) {
  return static_cast<size_t>(batch.rows().rows_size() + batch.records_size() +
                             batch.bad_rows_size());
}

absl::Status CheckLimits(const contract::ReadRequest& request,
                         const contract::ReadResponse& batch) {
  if (SizeOf(batch) > request.rows_max()) {
    return Broken(fmt::format("a batch of {} rows came where {} were allowed", SizeOf(batch),
                              request.rows_max()));
  }
  if (batch.next_cursor().size() > kCursorBytesMax) {
    return Broken(fmt::format("a cursor has {} bytes, more than {}", batch.next_cursor().size(),
                              kCursorBytesMax));
  }
  // Columns, location and cursor come on top of the rows.
  const size_t slack = LastRowBytes(batch) + batch.next_cursor().size() + 4096;
  if (batch.ByteSizeLong() > request.bytes_max() + slack) {
    return Broken(fmt::format("a batch of {} bytes came where {} were allowed",
                              batch.ByteSizeLong(), request.bytes_max()));
  }
  // A full reading that fits one batch may well end where the hub's cursor stands.
  const bool may_repeat = request.full() && !batch.next_cursor().empty();
  if (SizeOf(batch) > 0 && !may_repeat &&
      (batch.next_cursor().empty() || batch.next_cursor() == request.cursor())) {
    return Broken("a batch with rows came with no new cursor");
  }
  return absl::OkStatus();
}

absl::Status CheckSnapshot(const contract::ReadResponse& batch, Reading* reading) {
  if (batch.snapshot_begin()) reading->in_snapshot = true;
  if (batch.snapshot_end() && !reading->in_snapshot) {
    return Broken("snapshot_end came without a snapshot_begin");
  }
  if (batch.snapshot_end()) reading->in_snapshot = false;
  return absl::OkStatus();
}

void Collect(const contract::ReadResponse& batch, std::vector<std::string>* items) {
  for (const contract::Row& row : batch.rows().rows()) {
    std::string text = row.deleted() ? "-" : "+";
    for (const std::string& cell : row.cells()) text += cell + '\x1f';
    for (const uint32_t absent : row.absent()) text += fmt::format("\x1e{}", absent);
    items->push_back(std::move(text));
  }
  for (const v1::Record& record : batch.records()) items->push_back(record.SerializeAsString());
  for (const contract::BadRow& row : batch.bad_rows()) items->push_back(row.reason() + row.raw());
}

}  // namespace

absl::Status ReadOn(Driver& driver, const contract::Dataset& dataset, bool full,
                    const ReadingLimits& limits, Reading* reading) {
  contract::ReadRequest request;
  request.set_dataset(dataset.name());
  request.set_full(full);
  request.set_rows_max(limits.rows_max);
  request.set_bytes_max(limits.bytes_max);
  contract::ReadResponse batch;
  const size_t last_batch =
      limits.batches_max == SIZE_MAX ? SIZE_MAX : reading->batches + limits.batches_max;
  for (int empty = 0; reading->batches < last_batch && reading->items.size() < limits.items_max;) {
    request.set_cursor(reading->cursor);
    const Outcome outcome = driver.Call(driver.table().read, request, &batch);
    if (outcome.status == ENTREPOT_INTERRUPTED) continue;
    if (!outcome.ok()) return Broken("read: " + outcome.Text());
    RETURN_IF_ERROR(CheckRows(dataset, batch));
    RETURN_IF_ERROR(CheckLimits(request, batch));
    RETURN_IF_ERROR(CheckSnapshot(batch, reading));
    Collect(batch, &reading->items);
    if (!batch.next_cursor().empty()) reading->cursor = batch.next_cursor();
    request.set_full(false);
    empty = SizeOf(batch) == 0 ? empty + 1 : 0;
    if (empty == 0) ++reading->batches;
    reading->ended = batch.end();
    if (reading->ended) break;
    if (empty > kEmptyBatchesMax) return Broken("it gives empty batches without an end");
  }
  return absl::OkStatus();
}

std::string Difference(std::vector<std::string> expected, std::vector<std::string> got) {
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  std::vector<std::string> missing, surplus;
  std::set_difference(expected.begin(), expected.end(), got.begin(), got.end(),
                      std::back_inserter(missing));
  std::set_difference(got.begin(), got.end(), expected.begin(), expected.end(),
                      std::back_inserter(surplus));
  if (missing.empty() && surplus.empty()) return "";
  return fmt::format("{} of {} rows did not come, {} came too often", missing.size(),
                     expected.size(), surplus.size());
}

}  // namespace entrepot::conformance
