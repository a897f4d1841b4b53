// Answers of trade as lines of text that a person can check.
#pragma once

#include <functional>
#include <string>

#include "entrepot/v1/invoice.pb.h"
#include "entrepot/v1/order_service.pb.h"
#include "entrepot/v1/product_service.pb.h"
#include "entrepot/v1/stock_service.pb.h"

namespace entrepot::scenarios {

// The key of a record by its id.
using NameOf = std::function<std::string(uint64_t id)>;

std::string Show(const v1::Expectation& expectation);
std::string Show(const v1::Order& order, const NameOf& name);
std::string Show(const v1::StockRequest& request, const NameOf& name);
std::string Show(const v1::Invoice& invoice);
std::string Show(const v1::Availability& availability);
std::string Show(const v1::Analogue& analogue);

}  // namespace entrepot::scenarios
