// The suite that every connector must pass, on a folder with files of every sort.
#include "plugins/conformance/conformance.h"

#include <gtest/gtest.h>

#include <sstream>

#include "drop.h"

namespace entrepot::test {
namespace {

class CsvConformance : public DropTest {
 protected:
  int Run(const std::string& content, std::string* report) {
    conformance::Subject subject;
    subject.file = CONNECTOR_PATH;
    subject.options = {{"folder", folder_.string()}, {"settle", "0"}};
    connector::Dataset dataset;
    dataset.set_name("stock");
    dataset.set_kind("stock_level");
    dataset.add_key("sku");
    SetOption(dataset.mutable_options(), "files", "stock*.csv");
    SetOption(dataset.mutable_options(), "content", content);
    subject.datasets.push_back(dataset);
    std::ostringstream out;
    const int failures = conformance::RunConformance(subject, out);
    *report = out.str();
    return failures;
  }
};

std::string Rows(int count) {
  std::string text = "sku;n;name\n";
  for (int i = 0; i < count; ++i) {
    text += std::to_string(i) + ";" + std::to_string(i * i) + ";\"Болт \"\"М" + std::to_string(i) +
            "\"\"\"\n";
  }
  return text;
}

TEST_F(CsvConformance, ReadsFilesOfChanges) {
  Drop("stock-1.csv", Rows(50) + "short\n");
  Drop("stock-2.csv", Rows(20));
  std::string report;
  EXPECT_EQ(Run("changes", &report), 0) << report;
}

TEST_F(CsvConformance, ReadsFilesOfEverything) {
  Drop("stock-1.csv", Rows(50));
  std::string report;
  EXPECT_EQ(Run("full", &report), 0) << report;
}

}  // namespace
}  // namespace entrepot::test
