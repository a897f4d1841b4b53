// What the accountant's transactions say of clients: payments, and what they owe day by day. Built
// from one reading of the journal; pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "client_accounts.h"
#include "transaction.h"

namespace entrepot::ledger {

struct BooksOptions {
  ClientAccounts clients;
  // A transaction with one of these, or what stands below them, moves money.
  std::vector<std::string> money;
  // Names of tags.
  std::string client_tag = "client", invoice_tag = "invoice", payment_tag = "payment";
};

struct PaymentRow {
  std::string document;  // its number, the same in every reading
  std::string client;    // empty: the journal does not say of whom
  std::string invoice;   // empty: on account
  std::string date;
  Nanos amount = 0;  // below zero: returned
  std::string commodity;
  std::string code, description, account;
  std::string file;
  uint64_t line = 0;
};

// At the end of a day on which the client's account moved.
struct BalanceRow {
  std::string client, commodity, date;
  Nanos amount = 0;  // owed; below zero: paid ahead
};

class ClientBooks {
 public:
  explicit ClientBooks(const BooksOptions& options) : options_(options) {}

  // In the order in which hledger gives them. Throws sdk::Error (kBadData) with file and line.
  void Note(Transaction transaction);

  // By file. Call it once, after the last Note.
  std::vector<PaymentRow> TakePayments();
  std::vector<BalanceRow> Balances() const;

 private:
  // A payment whose number and invoice are told once all invoices are known.
  struct Draft {
    PaymentRow row;
    std::string posting_number, transaction_number;  // by tag
    bool shared = false;                             // its transaction has several clients
  };
  void NotePosting(const Transaction& transaction, const TransactionPosting& posting,
                   const std::string& client, bool moves_money);
  std::string InvoiceIn(const Draft& draft) const;
  std::string NumberOf(const Draft& draft) const;

  const BooksOptions& options_;
  std::vector<Draft> drafts_;
  std::unordered_set<std::string> invoices_;  // that the hub has written
  // Movements by client, commodity and day.
  std::map<std::pair<std::string, std::string>, std::map<std::string, Nanos>> movements_;
};

}  // namespace entrepot::ledger
