// Reads a dataset through a driver and checks every batch on the way. Used by the checks of
// sources.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "plugins/conformance/driver.h"

namespace entrepot::conformance {

struct ReadingLimits {
  uint32_t rows_max = 1000;
  uint64_t bytes_max = 4u << 20;
  // The reading stops after this many rows, ended or not.
  size_t items_max = 20'000;
  // It stops after this many batches that had rows.
  size_t batches_max = SIZE_MAX;
};

// What was read so far; a reading that is continued adds to it.
struct Reading {
  std::string cursor;
  // One text for each row, record or bad row, without where it came from: equal texts, equal rows.
  std::vector<std::string> items;
  size_t batches = 0;  // that had rows
  bool ended = false;
  bool in_snapshot = false;
};

// Reads on from `reading->cursor`; `full` goes with the first call only. Fails with a sentence when
// a call fails or a batch breaks the contract. Answers of INTERRUPTED are asked again.
absl::Status ReadOn(Driver& driver, const contract::Dataset& dataset, bool full,
                    const ReadingLimits& limits, Reading* reading);

// Which items of one are not in the other, as a sentence; empty: the same items, in any order.
std::string Difference(std::vector<std::string> expected, std::vector<std::string> got);

}  // namespace entrepot::conformance
