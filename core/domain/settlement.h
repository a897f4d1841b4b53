// What payments settle which invoices of one client in one currency, as a function of them all: the
// order in which they became known does not matter, and nothing is lost or made. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"

namespace entrepot::domain {

// An invoice.
struct Charge {
  std::string_view document;  // its number; one charge has it
  absl::CivilDay day;
  Decimal amount;
};

// A payment.
struct Receipt {
  static constexpr size_t kOnAccount = static_cast<size_t>(-1);
  std::string_view document;  // its number; one receipt has it
  absl::CivilDay day;
  Decimal amount;              // below zero: returned to the client
  size_t charge = kOnAccount;  // which charge it names, by index
};

// A part of a receipt.
struct Share {
  size_t receipt = 0;  // by index
  Decimal amount;      // above zero
};

struct SettledCharge {
  Decimal open;  // charge = open + settled_by
  std::vector<Share> settled_by;
};

// balance = sum of charges - sum of receipts = sum of open - on_account.
struct Settlement {
  std::vector<SettledCharge> charges;  // by index
  std::vector<Share> unsettled;        // the oldest first
  // Sum of unsettled, or, below zero, what was returned beyond all that was there to be returned.
  Decimal on_account;
  Decimal balance;
};

// A receipt first settles the charge that it names, up to its amount. What is left, and receipts
// that name none, settle what is open, the oldest charge first. A return takes back receipts of the
// charge that it names, the newest first, then what is left over of others. Age is day, then
// document. Charges not above zero are left open.
Settlement Settle(std::span<const Charge> charges, std::span<const Receipt> receipts);

}  // namespace entrepot::domain
