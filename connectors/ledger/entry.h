// One transaction of the journal: what is made from an invoice, written as text, and read back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "amount.h"

namespace entrepot::ledger {

struct Posting {
  std::string account;
  Nanos amount = 0;
  std::string currency;
};

struct Entry {
  std::string date;  // "2026-11-24"
  std::string code;  // as written
  std::string payee;
  std::string key;  // the record's correlation key
  uint64_t record = 0;
  uint64_t revision = 0;
  // Not 0: this takes back what `revision` posted, because of this later revision.
  uint64_t reversed_by = 0;
  std::string due;  // "2026-12-24"; may be empty
  std::vector<Posting> postings;
};

// Accounts with placeholders: {client} and, by rate of VAT, {percent}.
struct AccountPlan {
  std::string receivable = "assets:receivable:{client}";
  std::string revenue = "revenues:sales";
  std::string vat = "liabilities:vat";
};

// The names of all tags that entries carry.
inline constexpr std::string_view kTags[] = {"hub", "record", "revision", "reversal", "due"};

// The posting of an invoice. Throws std::invalid_argument with a sentence where the invoice lacks
// something or does not add up.
Entry EntryOf(const sdk::Record& record, std::string_view key, const AccountPlan& accounts);

// Takes back `posted` on its own date, so that the balance of any day is the hub's.
Entry ReversalOf(const Entry& posted, uint64_t reversed_by);

// The transaction's text, ending with an empty line.
std::string Render(const Entry& entry);

// Of date, accounts and amounts: equal digests mean equal postings.
uint64_t DigestOf(const Entry& entry);

}  // namespace entrepot::ledger
