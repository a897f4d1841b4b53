// The ledger connector: a sink of invoices that writes a plain-text journal for hledger and ledger,
// and a source of payments and balances from the accountant's journal.
#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "book.h"
#include "books_reader.h"
#include "digest.h"
#include "journal_text.h"

namespace entrepot::ledger {
namespace {

using sdk::OptionType;

std::string AccountOption(const sdk::Options& options, const std::string& name) {
  const std::string& account = options.Text(name);
  if (!IsAccountName(account)) {
    throw sdk::BadConfiguration(name, "'" + account +
                                          "' is no account name: levels divided by ':', of "
                                          "letters, digits, single spaces and _-./+#");
  }
  return account;
}

// "assets:bank, assets:cash", in a list of account names.
std::vector<std::string> AccountsOption(const sdk::Options& options, const std::string& name) {
  std::vector<std::string> accounts;
  std::istringstream text(options.Text(name));
  for (std::string account; std::getline(text, account, ',');) {
    account.erase(0, account.find_first_not_of(' '));
    account.erase(account.find_last_not_of(' ') + 1);
    if (!IsAccountName(account)) {
      throw sdk::BadConfiguration(name, "'" + account + "' is no account name");
    }
    accounts.push_back(account);
  }
  return accounts;
}

std::string TagOption(const sdk::Options& options, const std::string& name) {
  const std::string& tag = options.Text(name);
  if (tag.empty() || tag.find_first_of(" \t:,;") != std::string::npos) {
    throw sdk::BadConfiguration(name, "'" + tag + "' is no name of a tag");
  }
  return tag;
}

BooksOptions ReadBooksOptions(const sdk::Options& options) {
  BooksOptions books;
  books.clients.Add("receivable_account", options.Text("receivable_account"));
  if (!options.Text("prepayment_account").empty()) {
    books.clients.Add("prepayment_account", AccountOption(options, "prepayment_account"));
  }
  books.money = AccountsOption(options, "money_accounts");
  books.client_tag = TagOption(options, "client_tag");
  books.invoice_tag = TagOption(options, "invoice_tag");
  books.payment_tag = TagOption(options, "payment_tag");
  return books;
}

// What decides which rows come.
std::string BooksSettings(const sdk::Options& options) {
  std::string text = "1";
  for (const char* name : {"receivable_account", "prepayment_account", "money_accounts",
                           "client_tag", "invoice_tag", "payment_tag"}) {
    text += "\n" + options.Text(name);
  }
  return text;
}

class LedgerConnector : public sdk::Connector {
 public:
  void Open(sdk::Call&, const sdk::Settings& settings) override {
    const std::string& file = settings.options.Text("file");
    const std::string name = std::filesystem::path(file).filename().string();
    if (name.empty() || name.find_first_of("*?[]{}\\\"';") != std::string::npos ||
        name.front() == ' ' || name.front() == '~') {
      throw sdk::BadConfiguration("file", "'" + name +
                                              "' cannot be included in a journal; use letters, "
                                              "digits, '-', '_' and '.'");
    }
    for (const sdk::DatasetSettings& dataset : settings.datasets) TakeDataset(dataset);
    AccountPlan accounts;
    accounts.receivable = AccountOption(settings.options, "receivable_account");
    accounts.revenue = AccountOption(settings.options, "revenue_account");
    accounts.vat = AccountOption(settings.options, "vat_account");
    const std::string& hledger = settings.options.Text("hledger");
    book_ = std::make_unique<Book>(file, hledger, std::move(accounts));
    if (!contents_.empty()) {
      if (settings.options.Text("journal").empty()) {
        throw sdk::BadConfiguration("journal", "is missing: dataset '" + contents_.begin()->first +
                                                   "' is read from the accountant's journal");
      }
      reader_ = std::make_unique<BooksReader>(
          settings.options.Text("journal"), hledger, ReadBooksOptions(settings.options),
          BooksSettings(settings.options),
          [this](const std::filesystem::path& path) { return book_->journal().Owns(path); });
    }
    book_->journal().Make();
  }

  void Check(sdk::Call& call, sdk::CheckResponse& response) override {
    response.findings.push_back("'" + book_->hledger().Version(call) + "' can be run");
    response.findings.push_back(CheckBook(call));
    if (reader_ == nullptr) return;
    const std::vector<std::filesystem::path> files = reader_->Files(call);
    response.findings.push_back("'" + files.front().string() +
                                "' can be read; with what it includes it has " +
                                std::to_string(files.size()) + " files");
    std::error_code ignored;
    const bool included =
        std::any_of(files.begin(), files.end(), [&](const std::filesystem::path& file) {
          return std::filesystem::equivalent(file, book_->journal().file(), ignored);
        });
    if (included) return;
    response.findings.push_back("it does not include '" + book_->journal().file().string() +
                                "': add 'include " + book_->journal().file().string() +
                                "', or the hub's invoices are missing in its balances");
  }

  void Discover(sdk::Call&, sdk::DiscoverResponse& response) override {
    const auto add = [&](const char* name, std::vector<std::string> columns) {
      sdk::DiscoveredDataset& dataset = response.datasets.emplace_back();
      dataset.name = name;
      dataset.columns = std::move(columns);
    };
    add("invoices", {});
    add("payments", BooksReader::Columns(BooksContent::kPayments));
    add("balances", BooksReader::Columns(BooksContent::kBalances));
  }

  void Read(sdk::Call& call, const sdk::ReadRequest& request, sdk::Batch& batch) override {
    const auto content = contents_.find(request.dataset);
    if (content == contents_.end()) {
      throw sdk::Unsupported("dataset '" + request.dataset + "' is written, not read");
    }
    reader_->Read(call, request, content->second, batch);
  }

  bool Wait(sdk::Call& call, std::chrono::milliseconds timeout) override {
    if (reader_ != nullptr) return reader_->Wait(call, timeout);
    call.Sleep(timeout);
    return false;
  }

  // Whatever fails before writing has had no effect, so it is said of each item.
  void Apply(sdk::Call& call, const sdk::ApplyRequest& request,
             sdk::ApplyResponse& response) override {
    try {
      book_->Refresh(call);
      response.results = book_->Apply(call, request.items);
    } catch (const sdk::Error& error) {
      sdk::ApplyResult result;
      result.outcome = sdk::ApplyOutcome::kNotSent;
      result.message = error.message();
      response.results.assign(request.items.size(), result);
    }
  }

  void Find(sdk::Call& call, const sdk::FindRequest& request,
            sdk::FindResponse& response) override {
    book_->Refresh(call);
    for (const sdk::FindItem& item : request.items) {
      const Document* const document = book_->Find(item.correlation_key);
      sdk::FindResult result;
      if (document != nullptr && !document->Live().empty()) {
        result.found = true;
        result.outside_id = item.correlation_key;
        result.revision = document->newest;
        result.content = book_->Compare(*document, item);
      }
      response.results.push_back(std::move(result));
    }
  }

  // The page token is the last key of the page before.
  void List(sdk::Call& call, const sdk::ListRequest& request,
            sdk::ListResponse& response) override {
    book_->Refresh(call);
    const auto& documents = book_->documents();
    auto at =
        request.page_token.empty() ? documents.begin() : documents.upper_bound(request.page_token);
    for (; at != documents.end(); ++at) {
      if (at->second.Live().empty()) continue;
      if (response.items.size() == request.items_max) {
        response.next_page_token = response.items.back().outside_id;
        return;
      }
      sdk::ListItem item;
      item.outside_id = at->first;
      item.digest = Digest::Hex(at->second.digest);
      response.items.push_back(std::move(item));
    }
  }

 private:
  void TakeDataset(const sdk::DatasetSettings& dataset) {
    if (dataset.kind == "invoice") return;
    const bool payments = dataset.kind == "payment";
    if (!payments && dataset.kind != "account_balance") {
      throw sdk::BadConfiguration(
          "kind", "dataset '" + dataset.name + "' is of kind '" + dataset.kind +
                      "'; the ledger takes 'invoice' and gives 'payment' and 'account_balance'");
    }
    if (dataset.key.empty()) {
      throw sdk::BadConfiguration("mapping",
                                  "dataset '" + dataset.name + "' is read, so it needs a mapping");
    }
    contents_[dataset.name] = payments ? BooksContent::kPayments : BooksContent::kBalances;
  }

  // Leaves the journal to whoever writes it, which may be another connection to it.
  std::string CheckBook(sdk::Call& call) {
    Journal& journal = book_->journal();
    const std::string file = "'" + journal.file().string() + "'";
    const bool was_locked = journal.locked();
    if (!journal.TryLock()) return file + " is being written by a hub that runs";
    std::string finding;
    try {
      book_->Refresh(call);
      finding = file + " is as the hub left it and holds " +
                std::to_string(book_->documents().size()) + " invoices";
    } catch (...) {
      if (!was_locked) journal.Unlock();
      throw;
    }
    if (!was_locked) journal.Unlock();
    return finding;
  }

  std::unique_ptr<Book> book_;
  std::map<std::string, BooksContent> contents_;  // of the datasets that are read
  std::unique_ptr<BooksReader> reader_;           // where there are any
};

void DescribeBooks(sdk::ManifestBuilder& about) {
  about.Option("journal", OptionType::kPath,
               "The accountant's journal, from which payments and balances are read.");
  about
      .Option("prepayment_account", OptionType::kText,
              "A second account of a client's, for money paid ahead; empty: none.")
      .Default("liabilities:prepayments:{client}");
  about
      .Option("money_accounts", OptionType::kText,
              "Accounts of money, separated by commas: a transaction with one of them, or one "
              "below, and a client's account is a payment.")
      .Default("assets:bank, assets:cash");
  about
      .Option("client_tag", OptionType::kText,
              "Tag that names the client where the account does not.")
      .Default(BooksOptions().client_tag);
  about.Option("invoice_tag", OptionType::kText, "Tag that names the invoice which is paid.")
      .Default(BooksOptions().invoice_tag);
  about.Option("payment_tag", OptionType::kText, "Tag that holds the payment's own number.")
      .Default(BooksOptions().payment_tag);
}

void Describe(sdk::ManifestBuilder& about) {
  about.Title("A plain-text journal for hledger and ledger")
      .Source()
      .Waits()
      .Sink()
      .Finds(std::chrono::milliseconds(0))
      .AppendOnly();
  about
      .Option("file", OptionType::kPath,
              "The hub's own journal, which yours includes; made where there is none.")
      .Required();
  about.Option("hledger", OptionType::kText, "The program that reads the journal.")
      .Default("hledger");
  about
      .Option("receivable_account", OptionType::kText,
              "Account of what a client owes; {client} is the client's code.")
      .Default(AccountPlan().receivable);
  about
      .Option("revenue_account", OptionType::kText,
              "Account of sales without VAT; {percent} is the rate of VAT, {client} the client.")
      .Default(AccountPlan().revenue);
  about
      .Option("vat_account", OptionType::kText,
              "Account of VAT owed; {percent} is the rate, {client} the client.")
      .Default(AccountPlan().vat);
  DescribeBooks(about);
}

}  // namespace
}  // namespace entrepot::ledger

ENTREPOT_CONNECTOR(entrepot::ledger::LedgerConnector, "ledger", "1.1.0", entrepot::ledger::Describe)
