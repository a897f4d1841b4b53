// A dataset as the configuration describes it: which statements read and write it.
#pragma once

#include <entrepot/sdk/options.h>

#include <cstdint>
#include <string>
#include <vector>

#include "statement.h"

namespace entrepot::sdk {
class ManifestBuilder;
}

namespace entrepot::sql {

struct DatasetOptions {
  std::string name;
  // The columns that make a row's outside id.
  std::vector<std::string> key;

  // Reading; `query` is empty for a dataset that is only written.
  Statement query;
  std::string cursor;                   // column of changes; empty: everything is read each time
  std::vector<std::string> cursor_key;  // tie-breaker
  int64_t lag_ms = 0;
  int64_t lag_numbers = 0;
  Statement deletions;
  std::string deletions_cursor;

  // Writing.
  Statement insert, update, upsert, remove, find;

  // What the rows are ordered by: a cursor of another order is of no use.
  std::string Order() const;
  bool writes() const { return !insert.empty() || !upsert.empty() || !update.empty(); }
  // All statements that are not empty.
  std::vector<const Statement*> Statements() const;
};

void DescribeDataset(sdk::ManifestBuilder& about);

// Throws BadConfiguration for what does not fit together.
DatasetOptions ReadDataset(const sdk::DatasetSettings& settings);

}  // namespace entrepot::sql
