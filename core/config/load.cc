#include "core/config/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "core/base/reason.h"
#include "core/config/reader.h"

namespace entrepot::config {
namespace {

constexpr uintmax_t kFileMax = 4 << 20;

absl::Status Unreadable(absl::StatusCode code, const std::string& path, std::string_view why) {
  return Failure(code, "CONFIGURATION_UNREADABLE",
                 fmt::format("the configuration {} cannot be read: {}", path, why));
}

// What the connection says of formats holds for its datasets unless they say otherwise.
void InheritFormats(v1::Config* config) {
  for (auto& [name, connection] : *config->mutable_connections()) {
    if (!connection.has_formats()) continue;
    for (auto& [dataset_name, dataset] : *connection.mutable_datasets()) {
      if (!dataset.has_mapping()) continue;
      v1::Formats formats = connection.formats();
      formats.MergeFrom(dataset.mapping().formats());
      *dataset.mutable_mapping()->mutable_formats() = formats;
    }
  }
}

}  // namespace

void Loaded::Report(std::string path, std::string message) {
  const Position at = positions.ValueOf(path);
  problems.push_back({file, at.line, at.column, std::move(path), std::move(message)});
}

void SortProblems(std::vector<Problem>* problems) {
  const auto place = [](const Problem& p) { return std::tie(p.line, p.column, p.path, p.message); };
  std::stable_sort(problems->begin(), problems->end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  problems->erase(
      std::unique(problems->begin(), problems->end(),
                  [&](const Problem& a, const Problem& b) { return place(a) == place(b); }),
      problems->end());
}

Loaded LoadText(std::string_view text, const std::string& file) {
  Loaded loaded;
  loaded.file = file;
  std::error_code error;
  loaded.folder = std::filesystem::absolute(file, error).parent_path().lexically_normal();
  ReadYaml(text, &loaded);
  if (loaded.problems.empty()) InheritFormats(&loaded.config);
  SortProblems(&loaded.problems);
  return loaded;
}

absl::StatusOr<Loaded> Load(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory;
    return Unreadable(missing ? absl::StatusCode::kNotFound : absl::StatusCode::kInvalidArgument,
                      path, missing ? "there is no such file" : error.message());
  }
  if (size > kFileMax) {
    return Unreadable(absl::StatusCode::kInvalidArgument, path, "it is larger than 4 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const bool denied = errno == EACCES;
    return Unreadable(
        denied ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kInvalidArgument, path,
        std::strerror(errno));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return LoadText(text.str(), path);
}

}  // namespace entrepot::config
