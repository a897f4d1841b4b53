// The suite that every connector must pass, on a journal of its own.
#include "plugins/conformance/conformance.h"

#include <gtest/gtest.h>

#include <sstream>

#include "books.h"

namespace entrepot::test {
namespace {

class LedgerConformance : public BooksTest {};

TEST_F(LedgerConformance, KeepsTheContract) {
  plugin_.reset();
  conformance::Subject subject;
  subject.file = CONNECTOR_PATH;
  const std::filesystem::path journal = folder_ / "accountant.journal";
  std::ofstream text(journal);
  text << "include hub.journal\n";
  for (int day = 1; day <= 25; ++day) {
    text << "\n2026-11-" << (day < 10 ? "0" : "") << day << " paid\n"
         << "    assets:bank   " << day << ".50 RUB\n    assets:receivable:C" << day % 4 << "\n";
  }
  text.close();
  subject.options = {{"file", file_.string()}, {"journal", journal.string()}};
  for (const auto& [name, kind] : {std::pair("invoices", "invoice"),
                                   {"payments", "payment"},
                                   {"balances", "account_balance"}}) {
    connector::Dataset dataset;
    dataset.set_name(name);
    dataset.set_kind(kind);
    if (dataset.kind() != "invoice") dataset.add_key("document");
    subject.datasets.push_back(dataset);
  }
  std::ostringstream out;
  EXPECT_EQ(conformance::RunConformance(subject, out), 0) << out.str();
  ExpectAccepted(file_);
}

}  // namespace
}  // namespace entrepot::test
