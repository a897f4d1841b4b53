// Expected dates and analogues as sentences: orders, stock and requests show them alike. Pure.
#pragma once

#include <string>

#include "app/entrepot/output.h"
#include "entrepot/v1/order.pb.h"
#include "entrepot/v1/product_service.pb.h"

namespace entrepot::cli {

// "2026-12-01, dated: purchase order PO-7 line 2 to warehouse Main"; "unknown: …".
std::string ShowExpectation(const v1::Expectation& expectation);

// "2026-12-01"; "2026-12-01 estimated"; "unknown".
std::string ShowExpectedDate(const v1::Expectation& expectation);

// One analogue: "BLT-8-45  Bolt M8×45: 500 pcs available, 200 needed, enough".
std::string ShowAnalogue(const v1::Analogue& analogue);
// "declared substitute; thread M8 as asked; but length 45 mm instead of 40 mm".
std::string ShowReasons(const v1::Analogue& analogue);

}  // namespace entrepot::cli
