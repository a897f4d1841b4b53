// The ledger connector: a sink of invoices that writes a plain-text journal for hledger and ledger.
#include <entrepot/sdk/connector.h>

#include <memory>
#include <string>

#include "book.h"
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
    for (const sdk::DatasetSettings& dataset : settings.datasets) {
      if (dataset.kind == "invoice") continue;
      throw sdk::BadConfiguration("kind", "dataset '" + dataset.name + "' is of kind '" +
                                              dataset.kind + "'; the ledger takes 'invoice'");
    }
    AccountPlan accounts;
    accounts.receivable = AccountOption(settings.options, "receivable_account");
    accounts.revenue = AccountOption(settings.options, "revenue_account");
    accounts.vat = AccountOption(settings.options, "vat_account");
    book_ = std::make_unique<Book>(file, settings.options.Text("hledger"), std::move(accounts));
    book_->journal().Make();
  }

  void Check(sdk::Call& call, sdk::CheckResponse& response) override {
    response.findings.push_back("'" + book_->hledger().Version(call) + "' can be run");
    book_->Refresh(call);
    const std::string file = "'" + book_->journal().file().string() + "'";
    response.findings.push_back(file + " is as the hub left it and holds " +
                                std::to_string(book_->documents().size()) + " invoices");
  }

  void Discover(sdk::Call&, sdk::DiscoverResponse& response) override {
    sdk::DiscoveredDataset invoices;
    invoices.name = "invoices";
    response.datasets.push_back(std::move(invoices));
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
  std::unique_ptr<Book> book_;
};

void Describe(sdk::ManifestBuilder& about) {
  about.Title("A plain-text journal for hledger and ledger")
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
}

}  // namespace
}  // namespace entrepot::ledger

ENTREPOT_CONNECTOR(entrepot::ledger::LedgerConnector, "ledger", "1.0.0", entrepot::ledger::Describe)
