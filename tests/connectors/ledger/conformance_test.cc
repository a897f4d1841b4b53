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
  subject.options = {{"file", file_.string()}};
  connector::Dataset dataset;
  dataset.set_name("invoices");
  dataset.set_kind("invoice");
  subject.datasets.push_back(dataset);
  std::ostringstream out;
  EXPECT_EQ(conformance::RunConformance(subject, out), 0) << out.str();
  ExpectAccepted(file_);
}

}  // namespace
}  // namespace entrepot::test
