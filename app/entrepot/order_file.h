// An order as people write it, in JSON (or YAML):
//   {"client": "C-1", "client_order_number": "Z-17", "wanted_on": "2026-12-01",
//    "lines": [{"sku": "BLT-8-40", "quantity": "3", "unit_price": "12.50", "vat_included": true}]}
// Quantities and prices may be texts or numbers: their digits are taken as they stand.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "entrepot/v1/order_service.pb.h"

namespace entrepot::cli {

// `path` "-": standard input. Usage errors name file, line and column.
absl::StatusOr<v1::PlaceOrderRequest> ReadOrderFile(const std::string& path);

// From text; `name` stands in errors.
absl::StatusOr<v1::PlaceOrderRequest> ParseOrder(const std::string& name, const std::string& text);

}  // namespace entrepot::cli
