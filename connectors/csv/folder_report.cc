#include "folder_report.h"

#include <algorithm>
#include <set>

namespace entrepot::csv {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFilesShown = 5;
constexpr size_t kFilesMax = 500;
constexpr size_t kGuessBytes = 64 * 1024;

std::string Count(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

bool Wanted(const std::vector<const DatasetReader*>& datasets, const std::string& name) {
  return std::any_of(datasets.begin(), datasets.end(), [&](const DatasetReader* dataset) {
    return MatchesGlobs(name, dataset->options().drop.files);
  });
}

// Regular files in the folder itself that no dataset takes.
std::vector<fs::path> Unwanted(const std::vector<const DatasetReader*>& datasets,
                               const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name[0] == '.' || !entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    if (!Wanted(datasets, name)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> DescribeDataset(const DatasetReader& dataset) {
  const std::string prefix = "dataset '" + dataset.options().name + "': ";
  std::vector<LeftAlone> left_alone;
  const size_t complete = dataset.drop().Complete(&left_alone).size();
  std::vector<std::string> findings;
  findings.push_back(prefix + Count(complete, "file") + " '" + dataset.options().drop.files +
                     "' to be taken, " + std::to_string(dataset.drop().Work().size()) +
                     " being read, " + std::to_string(dataset.drop().Done().size()) + " kept");
  for (size_t i = 0; i < left_alone.size() && i < kFilesShown; ++i) {
    findings.push_back(prefix + "'" + left_alone[i].name +
                       "' is left alone: " + left_alone[i].reason);
  }
  return findings;
}

// A file of no dataset: what its first bytes look like.
FileFormat Guess(const fs::path& path) {
  FileFormat format;
  std::string start;
  FileHandle(path).ReadAt(0, kGuessBytes, &start);
  const size_t last_line_end = start.find_last_of('\n');
  if (last_line_end != std::string::npos) start.resize(last_line_end);
  if (FindInvalid(start) != std::string::npos) format.encoding = "windows-1251";
  start.resize(std::min(start.find('\n'), start.size()));
  ptrdiff_t most = 0;
  for (const char delimiter : {';', ',', '\t', '|'}) {
    const ptrdiff_t count = std::count(start.begin(), start.end(), delimiter);
    if (count > most) format.dialect.delimiter = delimiter;
    most = std::max(most, count);
  }
  return format;
}

FileColumns Columns(const fs::path& path, const std::string& name, const FileFormat& format) {
  try {
    return {name, FileReader(path, format).columns()};
  } catch (const std::exception&) {
    return {name, {}};  // Check and Read say what is wrong with it
  }
}

}  // namespace

std::vector<std::string> DescribeFolder(const std::vector<const DatasetReader*>& datasets) {
  std::vector<std::string> findings;
  for (const DatasetReader* dataset : datasets) {
    if (findings.empty()) {
      dataset->drop().CheckAccess();
      findings.push_back("folder '" + Printable(dataset->drop().folder().string()) +
                         "' can be read, and files can be taken out of it");
    }
    for (std::string& finding : DescribeDataset(*dataset)) findings.push_back(std::move(finding));
  }
  if (datasets.empty()) return findings;
  const std::vector<fs::path> unwanted = Unwanted(datasets, datasets[0]->drop().folder());
  if (!unwanted.empty()) {
    std::string names;
    for (size_t i = 0; i < unwanted.size() && i < kFilesShown; ++i) {
      names += (i ? ", " : "") + Printable(unwanted[i].filename().string());
    }
    if (unwanted.size() > kFilesShown) names += ", …";
    findings.push_back("no dataset takes " + Count(unwanted.size(), "file") + ": " + names);
  }
  return findings;
}

std::vector<FileColumns> DescribeFiles(const std::vector<const DatasetReader*>& datasets,
                                       const fs::path& folder) {
  std::vector<FileColumns> files;
  for (const DatasetReader* dataset : datasets) {
    FileFormat format = dataset->options().format;
    format.key.clear();  // a file that lacks the key's column is worth showing
    for (const fs::path& path : dataset->drop().Complete(nullptr)) {
      if (files.size() < kFilesMax) {
        files.push_back(Columns(path, Printable(path.filename().string()), format));
      }
    }
    for (const auto& taken : {dataset->drop().Work(), dataset->drop().Done()}) {
      if (taken.empty() || files.size() >= kFilesMax) continue;
      files.push_back(Columns(taken.back().path, taken.back().name, format));
    }
  }
  for (const fs::path& path : Unwanted(datasets, folder)) {
    if (files.size() >= kFilesMax) break;
    try {
      files.push_back(Columns(path, Printable(path.filename().string()), Guess(path)));
    } catch (const sdk::Error&) {
      // Gone, or not ours to read.
    }
  }
  return files;
}

}  // namespace entrepot::csv
