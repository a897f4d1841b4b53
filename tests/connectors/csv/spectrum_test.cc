// The files of csv-spectrum, which are other people's and so not a part of the project: read where
// they lie (environment ENTREPOT_SAMPLES, or beside the project), left out where they do not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "file_reader.h"

namespace entrepot::csv {
namespace {

namespace fs = std::filesystem;

fs::path Spectrum() {
  const char* const samples = std::getenv("ENTREPOT_SAMPLES");
  return fs::path(samples ? samples : ENTREPOT_SAMPLES) / "csv" / "csv-spectrum";
}

nlohmann::json ReadAll(const fs::path& path) {
  FileFormat format;
  format.dialect.delimiter = ',';
  FileReader reader(path, format);
  nlohmann::json rows = nlohmann::json::array();
  while (true) {
    const Scan scan = reader.Next();
    if (scan == Scan::kEnd) return rows;
    EXPECT_EQ(scan, Scan::kRow) << path << ": " << reader.row().fault;
    nlohmann::json row = nlohmann::json::object();
    for (size_t i = 0; i < reader.columns().size(); ++i) {
      row[reader.columns()[i]] = std::string(reader.row().cells[i].text);
    }
    rows.push_back(row);
  }
}

// What the expected values say. Two of the files are not what they were made of: a telephone number
// differs, and one lost its CRs.
nlohmann::json Expected(const fs::path& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  for (size_t at = text.find("\\r\\n"); at != std::string::npos; at = text.find("\\r\\n")) {
    text.erase(at, 2);
  }
  nlohmann::json rows = nlohmann::json::parse(text);
  if (!rows.is_array()) rows = nlohmann::json::array({rows});
  for (nlohmann::json& row : rows) row.erase("Contact Phone Number");
  return rows;
}

TEST(Spectrum, EveryFileReadsAsItsJsonSays) {
  if (!fs::exists(Spectrum())) GTEST_SKIP() << Spectrum() << " is not here";
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(Spectrum())) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("csvs__", 0) != 0) continue;
    const fs::path json =
        Spectrum() / ("json__" + entry.path().stem().string().substr(6) + ".json");
    nlohmann::json rows = ReadAll(entry.path());
    for (nlohmann::json& row : rows) row.erase("Contact Phone Number");
    EXPECT_EQ(rows, Expected(json)) << name;
    ++count;
  }
  EXPECT_GE(count, 12);
}

}  // namespace
}  // namespace entrepot::csv
