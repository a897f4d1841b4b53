// The csv connector: a source of rows from files that another program drops into a folder.
#include <entrepot/sdk/connector.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataset_reader.h"
#include "folder_report.h"
#include "folder_watch.h"

namespace entrepot::csv {
namespace {

using sdk::OptionType;

// A single character by itself or by its name.
char CharacterOption(const std::string& name, const std::string& text) {
  static const std::map<std::string, char> kNames = {
      {"tab", '\t'}, {"\\t", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"pipe", '|'}};
  const auto named = kNames.find(text);
  const char c = named != kNames.end() ? named->second : text.size() == 1 ? text[0] : '\0';
  if (c == '\0' || c == '\r' || c == '\n' || static_cast<unsigned char>(c) >= 0x80) {
    throw sdk::BadConfiguration(name, "'" + text + "' is not one ASCII character, nor 'tab'");
  }
  return c;
}

uint64_t NumberOption(const sdk::Options& options, const std::string& name, int64_t least,
                      int64_t most) {
  const int64_t value = options.Integer(name);
  if (value < least || value > most) {
    throw sdk::BadConfiguration(name, std::to_string(value) + " is not between " +
                                          std::to_string(least) + " and " + std::to_string(most));
  }
  return static_cast<uint64_t>(value);
}

std::vector<std::string> SplitNames(const std::string& text, char delimiter) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(delimiter, begin);
    names.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return names;
    begin = end + 1;
  }
}

class CsvConnector : public sdk::Connector {
 public:
  void Open(sdk::Call& call, const sdk::Settings& settings) override {
    folder_ = settings.options.Text("folder");
    if (folder_.empty()) throw sdk::BadConfiguration("folder", "must not be empty");
    for (const sdk::DatasetSettings& dataset : settings.datasets) {
      readers_.emplace(dataset.name,
                       std::make_unique<DatasetReader>(ReadOptions(settings, dataset)));
    }
    watch_ = std::make_unique<FolderWatch>(folder_, [this](const std::string& name) {
      return std::any_of(readers_.begin(), readers_.end(), [&](const auto& reader) {
        return MatchesGlobs(name, reader.second->options().drop.files);
      });
    });
    call.log().Debug("reads from folder '" + Printable(folder_) + "'");
  }

  void Check(sdk::Call&, sdk::CheckResponse& response) override {
    response.findings = DescribeFolder(Readers());
  }

  void Discover(sdk::Call&, sdk::DiscoverResponse& response) override {
    DropFolder({.folder = folder_}).CheckAccess();
    for (FileColumns& file : DescribeFiles(Readers(), folder_)) {
      sdk::DiscoveredDataset dataset;
      dataset.name = std::move(file.name);
      dataset.columns = std::move(file.columns);
      response.datasets.push_back(std::move(dataset));
    }
  }

  void Read(sdk::Call& call, const sdk::ReadRequest& request, sdk::Batch& batch) override {
    const auto reader = readers_.find(request.dataset);
    if (reader == readers_.end()) {
      throw sdk::BadData("there is no dataset '" + request.dataset + "' in this connection");
    }
    reader->second->Read(call, request, batch);
  }

  bool Wait(sdk::Call& call, std::chrono::milliseconds timeout) override {
    const bool seen = watch_->Wait(timeout);
    if (!seen) call.ThrowIfCancelled();
    return seen;
  }

  void Interrupt() override {
    if (watch_) watch_->Wake();
  }

 private:
  DatasetOptions ReadOptions(const sdk::Settings& settings, const sdk::DatasetSettings& dataset) {
    const sdk::Options& own = dataset.options;
    // What a dataset does not say, the connection says for all.
    const auto text = [&](const std::string& name) {
      return own.Has(name) ? own.Text(name) : settings.options.Text(name);
    };
    DatasetOptions options;
    options.name = dataset.name;
    options.full_content = own.Text("content") == "full";
    FileFormat& format = options.format;
    format.encoding = text("encoding");
    static_cast<void>(Decoder(format.encoding));  // fails now rather than at the first file
    format.dialect.delimiter = CharacterOption("delimiter", text("delimiter"));
    const std::string quote = text("quote");
    format.dialect.quote = quote == "none" ? '\0' : CharacterOption("quote", quote);
    if (format.dialect.quote == format.dialect.delimiter) {
      throw sdk::BadConfiguration("quote", "is the same as the delimiter");
    }
    format.dialect.row_bytes_max = NumberOption(own, "row_bytes_max", 16, 16 << 20);
    format.dialect.columns_max = NumberOption(own, "columns_max", 1, 100'000);
    format.header = own.Boolean("header");
    format.skip_lines = static_cast<uint32_t>(NumberOption(own, "skip_lines", 0, 1000));
    format.columns = SplitNames(own.Text("columns"), format.dialect.delimiter);
    format.key = dataset.key;
    DropOptions& drop = options.drop;
    drop.folder = folder_;
    drop.dataset = dataset.name;
    drop.files = own.Text("files");
    for (const sdk::DatasetSettings& other : settings.datasets) {
      if (other.name != dataset.name) drop.other_files.push_back(other.options.Text("files"));
    }
    drop.settle = settings.options.Duration("settle");
    drop.kept = NumberOption(settings.options, "keep", 0, 1'000'000);
    return options;
  }

  std::vector<const DatasetReader*> Readers() const {
    std::vector<const DatasetReader*> readers;
    for (const auto& [name, reader] : readers_) readers.push_back(reader.get());
    return readers;
  }

  std::string folder_;
  std::map<std::string, std::unique_ptr<DatasetReader>> readers_;
  std::unique_ptr<FolderWatch> watch_;
};

void DescribeFormat(sdk::ManifestBuilder& about) {
  about
      .Option(
          "encoding", OptionType::kText,
          "Encoding of the files: utf-8, windows-1251, cp866, koi8-r, utf-16 or any single-byte "
          "charset; a byte order mark wins.")
      .Default("utf-8");
  about.Option("delimiter", OptionType::kText, "Between cells: one character, or 'tab'.")
      .Default(";");
  about.Option("quote", OptionType::kText, "Around cells: one character, or 'none'.").Default("\"");
  about.DatasetOption("encoding", OptionType::kText, "As the connection's, for this dataset.");
  about.DatasetOption("delimiter", OptionType::kText, "As the connection's, for this dataset.");
  about.DatasetOption("quote", OptionType::kText, "As the connection's, for this dataset.");
  about.DatasetOption("header", OptionType::kBoolean, "Does the first line name the columns?")
      .Default("true");
  about.DatasetOption("columns", OptionType::kText,
                      "Names of the columns, with the delimiter between them: in order where there "
                      "is no header; else how to spell names that differ in case or spaces.");
  about.DatasetOption("skip_lines", OptionType::kInteger, "Lines before the header.").Default("0");
  about
      .DatasetOption("row_bytes_max", OptionType::kInteger,
                     "A longer row, in bytes of UTF-8, is a dead letter.")
      .Default("262144");
  about.DatasetOption("columns_max", OptionType::kInteger, "A row of more cells is a dead letter.")
      .Default("1000");
}

void Describe(sdk::ManifestBuilder& about) {
  about.Title("CSV files from a folder").Source().Waits();
  about.Option("folder", OptionType::kPath, "Where the other program drops its files.").Required();
  about
      .Option("settle", OptionType::kDuration,
              "A file that was changed less than this ago may not be complete and is left alone.")
      .Default("2000");
  about
      .Option("keep", OptionType::kInteger,
              "How many files that were read are kept for each dataset, the newest.")
      .Default("10");
  about
      .DatasetOption("files", OptionType::kText,
                     "Names of the dataset's files: patterns such as 'stock-*.csv', separated by "
                     "commas.")
      .Required();
  about
      .DatasetOption("content", OptionType::kChoice,
                     "'full': each file holds everything, what is not in it is deleted; 'changes': "
                     "a file holds what has changed.")
      .Choices({"changes", "full"})
      .Default("changes");
  DescribeFormat(about);
}

}  // namespace
}  // namespace entrepot::csv

ENTREPOT_CONNECTOR(entrepot::csv::CsvConnector, "csv", "1.0.0", entrepot::csv::Describe)
