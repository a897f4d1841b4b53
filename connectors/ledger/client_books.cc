#include "client_books.h"

#include <algorithm>
#include <string_view>

#include "journal_text.h"

namespace entrepot::ledger {
namespace {

// The hub's own transactions carry both; an accountant who names an invoice writes one at the most.
bool IsTheHubs(const Transaction& transaction) {
  return !TagOf(transaction.tags, "hub").empty() && !TagOf(transaction.tags, "revision").empty();
}

bool IsPartOfANumber(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-_./%").find(c) != std::string_view::npos;
}

// Calls visit(word) for whatever in the text may be a document's number.
template <typename Visit>
void ForEachNumber(std::string_view text, const Visit& visit) {
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsPartOfANumber(text[end])) ++end;
    std::string_view word = text.substr(at, end - at);
    while (!word.empty() && std::string_view("-./").find(word.back()) != std::string_view::npos) {
      word.remove_suffix(1);
    }
    if (!word.empty()) visit(word);
    at = std::max(end, at + 1);
  }
}

std::string AtLine(const Transaction& transaction) {
  return transaction.file + ":" + std::to_string(transaction.line) + ": ";
}

}  // namespace

void ClientBooks::Note(Transaction transaction) {
  const bool is_the_hubs = IsTheHubs(transaction);
  if (is_the_hubs) invoices_.insert(FromTagValue(TagOf(transaction.tags, "hub")));
  const bool moves_money =
      !is_the_hubs && std::any_of(transaction.postings.begin(), transaction.postings.end(),
                                  [&](const auto& posting) {
                                    return StandsBelow(posting.account, options_.money);
                                  });
  const size_t first = drafts_.size();
  for (const TransactionPosting& posting : transaction.postings) {
    auto client = options_.clients.ClientOf(posting.account);
    if (!client) continue;
    if (client->empty()) *client = TagOf(posting.tags, options_.client_tag);
    if (client->empty()) *client = TagOf(transaction.tags, options_.client_tag);
    NotePosting(transaction, posting, *client, moves_money);
  }
  const bool shared = std::any_of(drafts_.begin() + first, drafts_.end(), [&](const Draft& draft) {
    return draft.row.client != drafts_[first].row.client;
  });
  for (size_t i = first; i < drafts_.size(); ++i) drafts_[i].shared = shared;
}

void ClientBooks::NotePosting(const Transaction& transaction, const TransactionPosting& posting,
                              const std::string& client, bool moves_money) {
  const std::string& date = posting.date.empty() ? transaction.date : posting.date;
  for (const PostedAmount& posted : posting.amounts) {
    Nanos amount = 0;
    try {
      amount = posted.Exact();
    } catch (const sdk::Error& error) {
      throw sdk::BadData(AtLine(transaction) + "in " + posting.account + " " + error.message());
    }
    if (amount == 0) continue;
    if (!client.empty()) movements_[{client, posted.commodity}][date] += amount;
    if (!moves_money) continue;
    Draft& draft = drafts_.emplace_back();
    draft.row = {.client = client,
                 .invoice = std::string(TagOf(posting.tags, options_.invoice_tag)),
                 .date = date,
                 .amount = -amount,
                 .commodity = posted.commodity,
                 .code = transaction.code,
                 .description = transaction.description,
                 .account = posting.account,
                 .file = transaction.file,
                 .line = transaction.line};
    if (draft.row.invoice.empty()) {
      draft.row.invoice = TagOf(transaction.tags, options_.invoice_tag);
    }
    draft.posting_number = TagOf(posting.tags, options_.payment_tag);
    draft.transaction_number = TagOf(transaction.tags, options_.payment_tag);
  }
}

// The tag stands as it is written, so that a wrong number is seen. A code, or a number in the
// description, counts where it is that of one invoice of the hub.
std::string ClientBooks::InvoiceIn(const Draft& draft) const {
  if (!draft.row.invoice.empty()) return draft.row.invoice;
  const std::string code = FromTagValue(draft.row.code);
  if (invoices_.count(code) != 0) return code;
  std::string found;
  bool several = false;
  ForEachNumber(draft.row.description, [&](std::string_view word) {
    std::string number = FromTagValue(word);
    if (invoices_.count(number) == 0) return;
    several = several || (!found.empty() && found != number);
    found = std::move(number);
  });
  return several ? "" : found;
}

// What others write elsewhere in the journal does not change it: by tag; by the payer's document,
// whose numbers begin anew each year and are the client's own; else by client and day.
std::string ClientBooks::NumberOf(const Draft& draft) const {
  const PaymentRow& row = draft.row;
  if (!draft.posting_number.empty()) return draft.posting_number;
  if (!draft.transaction_number.empty()) {
    return draft.transaction_number + (draft.shared ? "/" + row.client : "");
  }
  const bool is_invoice = invoices_.count(FromTagValue(row.code)) != 0;
  if (row.code.empty() || is_invoice) return row.client + "/" + row.date;
  return row.client + "/" + row.date.substr(0, row.date.find('-')) + "/" + row.code;
}

std::vector<PaymentRow> ClientBooks::TakePayments() {
  std::vector<PaymentRow> rows;
  rows.reserve(drafts_.size());
  std::unordered_map<std::string, int> times;
  for (Draft& draft : drafts_) {
    draft.row.invoice = InvoiceIn(draft);
    draft.row.document = NumberOf(draft);
    const int time = ++times[draft.row.document];
    if (time > 1) draft.row.document += "/" + std::to_string(time);
    rows.push_back(std::move(draft.row));
  }
  drafts_.clear();
  std::stable_sort(rows.begin(), rows.end(),
                   [](const PaymentRow& a, const PaymentRow& b) { return a.file < b.file; });
  return rows;
}

std::vector<BalanceRow> ClientBooks::Balances() const {
  std::vector<BalanceRow> rows;
  for (const auto& [account, by_day] : movements_) {
    Nanos balance = 0;
    for (const auto& [day, amount] : by_day) {
      balance += amount;
      rows.push_back({account.first, account.second, day, balance});
    }
  }
  return rows;
}

}  // namespace entrepot::ledger
