#include "entry.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "digest.h"
#include "journal_text.h"

namespace entrepot::ledger {
namespace {

constexpr size_t kAmountColumn = 64;
constexpr std::string_view kNoRate = "none";

[[noreturn]] void Refuse(const sdk::Invoice& invoice, const std::string& why) {
  throw std::invalid_argument("invoice " + invoice.number.value_or("without a number") + " " + why);
}

std::string DateText(const sdk::Invoice& invoice, const std::optional<sdk::Date>& date,
                     const char* name) {
  if (!date) Refuse(invoice, std::string("has no ") + name);
  if (date->year < 1 || date->year > 9999 || date->month < 1 || date->month > 12 || date->day < 1 ||
      date->day > 31) {
    Refuse(invoice, std::string("has an impossible date in ") + name);
  }
  char text[16];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02d", date->year % 10000, date->month % 100,
                date->day % 100);
  return text;
}

std::string Filled(std::string account, std::string_view placeholder, std::string_view value) {
  const size_t at = account.find(placeholder);
  if (at != std::string::npos) account.replace(at, placeholder.size(), value);
  return account;
}

struct Sums {
  Nanos net = 0, vat = 0;
};

// Net and VAT by the text of the rate, in order of first use.
std::vector<std::pair<std::string, Sums>> SumsByRate(const sdk::Invoice& invoice) {
  std::vector<std::pair<std::string, Sums>> sums;
  for (const sdk::InvoiceLine& line : invoice.lines) {
    const std::string rate =
        line.vat_percent ? AmountText(NanosOf(*line.vat_percent), 0) : std::string(kNoRate);
    auto found = std::find_if(sums.begin(), sums.end(),
                              [&](const auto& entry) { return entry.first == rate; });
    if (found == sums.end()) found = sums.insert(sums.end(), {rate, {}});
    found->second.net += NanosOf(line.net.value_or(sdk::Decimal()));
    found->second.vat += NanosOf(line.vat.value_or(sdk::Decimal()));
  }
  return sums;
}

void CheckTotals(const sdk::Invoice& invoice,
                 const std::vector<std::pair<std::string, Sums>>& sums) {
  if (!invoice.net || !invoice.vat || !invoice.gross) Refuse(invoice, "lacks a total");
  Sums total;
  for (const auto& [rate, part] : sums) {
    total.net += part.net;
    total.vat += part.vat;
  }
  const auto differ = [&](const char* name, Nanos lines, Nanos stated) {
    if (lines == stated) return;
    Refuse(invoice, std::string("does not add up: ") + name + " is " + AmountText(stated, 2) +
                        ", its parts make " + AmountText(lines, 2));
  };
  differ("net", total.net, NanosOf(*invoice.net));
  differ("VAT", total.vat, NanosOf(*invoice.vat));
  differ("gross", total.net + total.vat, NanosOf(*invoice.gross));
}

void Post(Entry* entry, const std::string& account, Nanos amount, const std::string& currency) {
  for (Posting& posting : entry->postings) {
    if (posting.account != account) continue;
    posting.amount += amount;
    return;
  }
  entry->postings.push_back({account, amount, currency});
}

void PostLines(const sdk::Invoice& invoice, const AccountPlan& accounts, Entry* entry) {
  const auto sums = SumsByRate(invoice);
  CheckTotals(invoice, sums);
  const std::string client = AccountPart(invoice.buyer->code.value());
  const std::string& currency = *invoice.currency;
  Post(entry, Filled(accounts.receivable, "{client}", client), NanosOf(*invoice.gross), currency);
  for (const auto& [rate, part] : sums) {
    Post(entry, Filled(Filled(accounts.revenue, "{client}", client), "{percent}", rate), -part.net,
         currency);
  }
  for (const auto& [rate, part] : sums) {
    if (part.vat == 0) continue;
    Post(entry, Filled(Filled(accounts.vat, "{client}", client), "{percent}", rate), -part.vat,
         currency);
  }
}

size_t WidthOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return static_cast<signed char>(c) >= -64; }));
}

}  // namespace

Entry EntryOf(const sdk::Record& record, std::string_view key, const AccountPlan& accounts) {
  const auto* const invoice = std::get_if<sdk::Invoice>(&record.body);
  if (invoice == nullptr) {
    throw std::invalid_argument("the ledger takes invoices, not a record of kind '" +
                                std::string(record.body_name()) + "'");
  }
  if (!invoice->number || invoice->number->empty()) Refuse(*invoice, "must have one");
  if (!invoice->buyer || invoice->buyer->code.value_or("").empty()) {
    Refuse(*invoice, "has no client code, so there is no account for it");
  }
  const std::string currency = invoice->currency.value_or("");
  if (currency.size() != 3 ||
      !std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    Refuse(*invoice, "has no currency of three capital letters but '" + currency + "'");
  }
  if (invoice->lines.empty()) Refuse(*invoice, "has no lines");
  Entry entry;
  entry.date = DateText(*invoice, invoice->issued_on, "issued_on");
  if (invoice->due_on) entry.due = DateText(*invoice, invoice->due_on, "due_on");
  entry.code = TagValue(*invoice->number);
  entry.payee = PayeeText(invoice->buyer->name.value_or(""));
  if (entry.payee.empty()) entry.payee = PayeeText(*invoice->buyer->code);
  entry.key = key;
  entry.record = record.id;
  entry.revision = record.revision;
  PostLines(*invoice, accounts, &entry);
  return entry;
}

Entry ReversalOf(const Entry& posted, uint64_t reversed_by) {
  Entry entry = posted;
  entry.reversed_by = reversed_by;
  entry.due.clear();
  for (Posting& posting : entry.postings) posting.amount = -posting.amount;
  return entry;
}

std::string Render(const Entry& entry) {
  std::string text = entry.date + " * (" + entry.code + ") " + entry.payee + "\n";
  text += "    ; hub: " + TagValue(entry.key) + "\n";
  text += "    ; record: " + std::to_string(entry.record) + "\n";
  text += "    ; revision: " + std::to_string(entry.revision) + "\n";
  if (entry.reversed_by != 0) {
    text += "    ; reversal: " + std::to_string(entry.reversed_by) + "\n";
  }
  if (!entry.due.empty()) text += "    ; due: " + entry.due + "\n";
  for (const Posting& posting : entry.postings) {
    const std::string amount = AmountText(posting.amount, WrittenDecimals(posting.currency));
    const size_t width = WidthOf(posting.account) + amount.size();
    // Two spaces at least divide the account from its amount.
    const size_t spaces = width + 2 < kAmountColumn ? kAmountColumn - width : 2;
    text += "    " + posting.account + std::string(spaces, ' ') + amount + " " + posting.currency +
            "\n";
  }
  return text + "\n";
}

uint64_t DigestOf(const Entry& entry) {
  Digest digest;
  digest.Add(entry.date);
  for (const Posting& posting : entry.postings) {
    digest.Add(posting.account);
    digest.Add(AmountText(posting.amount, 2));
    digest.Add(posting.currency);
  }
  return digest.value();
}

}  // namespace entrepot::ledger
