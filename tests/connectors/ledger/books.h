// A journal of a test's own, the ledger connector on it, and the accountant's two programs.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/connectors/plugin.h"

namespace entrepot::test {

using Cents = int64_t;

class BooksTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/books-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "hub.journal";
    ASSERT_TRUE(Open().ok());
  }
  void TearDown() override {
    plugin_.reset();
    std::filesystem::remove_all(folder_);
  }

  Outcome Open(const std::vector<std::pair<std::string, std::string>>& options = {}) {
    plugin_.reset();  // lets go of the journal
    plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
    connector::OpenRequest request;
    request.set_contract(1);
    request.set_connection("ledger");
    SetOption(request.mutable_options(), "file", file_.string());
    for (const auto& [name, value] : options) SetOption(request.mutable_options(), name, value);
    for (const auto& [name, kind] : datasets_) {
      connector::Dataset* const dataset = request.add_datasets();
      dataset->set_name(name);
      dataset->set_kind(kind);
      if (kind != "invoice") dataset->add_key("any");  // it has a mapping
    }
    return plugin_->Open(request);
  }

  static void SetMoney(v1::Decimal* decimal, Cents cents) {
    decimal->set_units(cents / 100);
    decimal->set_nanos(static_cast<int32_t>(cents % 100) * 10'000'000);
  }

  // Lines of (percent, net, VAT).
  using Lines = std::vector<std::array<Cents, 3>>;
  static v1::Record Invoice(const std::string& number, const std::string& client, int day,
                            const Lines& lines, uint64_t revision = 1) {
    v1::Record record;
    record.set_id(std::hash<std::string>()(number) % 100000 + 1);
    record.set_revision(revision);
    v1::Invoice* const invoice = record.mutable_invoice();
    invoice->set_number(number);
    invoice->mutable_buyer()->set_code(client);
    invoice->mutable_buyer()->set_name("Client " + client);
    invoice->set_currency("RUB");
    for (v1::Date* date : {invoice->mutable_issued_on(), invoice->mutable_due_on()}) {
      date->set_year(2026);
      date->set_month(11);
      date->set_day(day);
    }
    Cents net = 0, vat = 0;
    for (const auto& [percent, line_net, line_vat] : lines) {
      v1::InvoiceLine* const line = invoice->add_lines();
      line->mutable_vat_percent()->set_units(percent);
      SetMoney(line->mutable_net(), line_net);
      SetMoney(line->mutable_vat(), line_vat);
      SetMoney(line->mutable_gross(), line_net + line_vat);
      net += line_net;
      vat += line_vat;
    }
    SetMoney(invoice->mutable_net(), net);
    SetMoney(invoice->mutable_vat(), vat);
    SetMoney(invoice->mutable_gross(), net + vat);
    return record;
  }

  static void AddItem(connector::ApplyRequest* request, const v1::Record& record, bool bound) {
    request->set_dataset("invoices");
    connector::ApplyItem* const item = request->add_items();
    *item->mutable_record() = record;
    item->set_correlation_key(record.invoice().number());
    if (bound) item->set_outside_id(record.invoice().number());
  }

  // One record's outcome.
  connector::ApplyResult Apply(const v1::Record& record, bool bound = false) {
    connector::ApplyRequest request;
    AddItem(&request, record, bound);
    connector::ApplyResponse response;
    const Outcome outcome = plugin_->Apply(request, &response);
    EXPECT_TRUE(outcome.ok()) << outcome.message;
    return response.results_size() == 1 ? response.results(0) : connector::ApplyResult();
  }

  // `record`: what is there is compared with it.
  connector::FindResult Find(const std::string& key, const v1::Record* record = nullptr) {
    connector::FindRequest request;
    request.add_items()->set_correlation_key(key);
    if (record != nullptr) *request.mutable_items(0)->mutable_record() = *record;
    connector::FindResponse response;
    const Outcome outcome = plugin_->Find(request, &response);
    EXPECT_TRUE(outcome.ok()) << outcome.message;
    return response.results_size() == 1 ? response.results(0) : connector::FindResult();
  }

  static int Run(const std::string& command, std::string* output) {
    FILE* const pipe = popen(("LC_ALL=C.UTF-8 " + command + " 2>&1").c_str(), "r");
    output->clear();
    char buffer[4096];
    size_t count = 0;
    while ((count = fread(buffer, 1, sizeof(buffer), pipe)) > 0) output->append(buffer, count);
    return pclose(pipe);
  }

  // Both programs accept the journal, as strictly as they can be.
  void ExpectAccepted(const std::filesystem::path& journal) {
    std::string output;
    EXPECT_EQ(
        Run("hledger -f '" + journal.string() + "' check --strict ordereddates payees", &output), 0)
        << output;
    EXPECT_EQ(
        Run("ledger --args-only -f '" + journal.string() + "' --pedantic --check-payees source",
            &output),
        0)
        << output;
  }

  // "123.45 RUB", "1,234.50 RUB" -> cents.
  static Cents ToCents(const std::string& text) {
    std::string digits;
    for (const char c : text) {
      if ((c >= '0' && c <= '9') || c == '-') digits += c;
    }
    return digits.empty() ? 0 : std::stoll(digits);
  }

  std::map<std::string, Cents> HledgerBalances(const std::filesystem::path& journal,
                                               const std::string& query = "") {
    std::string output;
    EXPECT_EQ(Run("hledger -f '" + journal.string() + "' bal --flat -N -O csv " + query, &output),
              0)
        << output;
    std::map<std::string, Cents> balances;
    std::istringstream lines(output);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      const size_t middle = line.find("\",\"");
      balances[line.substr(1, middle - 1)] = ToCents(line.substr(middle + 3));
    }
    return balances;
  }

  std::map<std::string, Cents> LedgerBalances(const std::filesystem::path& journal) {
    std::string output;
    EXPECT_EQ(Run("ledger --args-only -f '" + journal.string() +
                      "' bal --flat --no-total --balance-format "
                      "'%(account)\\t%(scrub(display_total))\\n'",
                  &output),
              0)
        << output;
    std::map<std::string, Cents> balances;
    std::istringstream lines(output);
    std::string line;
    while (std::getline(lines, line)) {
      const size_t tab = line.find('\t');
      if (tab == std::string::npos) continue;
      balances[line.substr(0, tab)] = ToCents(line.substr(tab));
    }
    return balances;
  }

  std::string Content() const {
    std::ifstream file(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_, file_;
  std::vector<std::pair<std::string, std::string>> datasets_ = {{"invoices", "invoice"}};
  std::unique_ptr<Plugin> plugin_;
};

}  // namespace entrepot::test
