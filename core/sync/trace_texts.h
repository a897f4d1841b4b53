// The sentences of a trace: what a revision changed, how a delivery stands, in the words of those
// who read them: logistics managers as well as administrators. Names no kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/diff.h"
#include "core/store/snapshot.h"

namespace entrepot::sync {

// "order 4711", "stock level BLT/MAIN". Errors as store::Reader.
absl::StatusOr<std::string> TitleOf(const store::Reader& reader, const v1::Record& record);

// "read from warehouse/products (products.csv, line 12): name: bolt → bolt M8, …". `before` is the
// revision before, if it is kept. Errors as store::Reader.
absl::StatusOr<std::string> RevisionText(const store::Reader& reader, const store::LogEntry& entry,
                                         const store::LogEntry* before);

// "is at ledger, which calls it "1001-1"".
std::string DeliveryText(const store::Delivery& delivery);
// Somebody or something is waited for.
bool IsOpen(const store::Delivery& delivery);

// "lines[0].expected.on" → "line 1 expected on".
std::string FieldWords(std::string_view path);

// "warehouse/stock (stock.csv, line 12)".
std::string SourceText(const store::ItemSource& source);

}  // namespace entrepot::sync
