// What a person wants to know about a drop folder: what lies there, what will be read, and what is
// left alone and why. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "dataset_reader.h"

namespace entrepot::csv {

// Sentences for Check. Throws as DropFolder::CheckAccess.
std::vector<std::string> DescribeFolder(const std::vector<const DatasetReader*>& datasets);

struct FileColumns {
  std::string name;
  std::vector<std::string> columns;
};

// The files that lie in the folder, with their columns: of each dataset, and such as no dataset
// takes, whose delimiter and encoding are guessed. A file that cannot be used has no columns.
std::vector<FileColumns> DescribeFiles(const std::vector<const DatasetReader*>& datasets,
                                       const std::filesystem::path& folder);

}  // namespace entrepot::csv
