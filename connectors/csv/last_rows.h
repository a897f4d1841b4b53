// When files of changes are read again, only the last row of each key counts: the rows before it
// would take records back through values they no longer have. Finds those last rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "file_reader.h"

namespace entrepot::csv {

class LastRows {
 public:
  // `key`: names of columns; empty: every row counts.
  explicit LastRows(std::vector<std::string> key) : key_(std::move(key)) {}

  // Reads a whole file; files come in their order. `tick` is called now and then and may throw.
  void Add(uint64_t number, FileReader& reader, const std::function<void()>& tick);

  // Is this the last row of its key? The row must be of a file that was added.
  bool Holds(uint64_t number, const FileReader& reader) const;

  uint64_t size() const { return last_.size(); }

 private:
  struct Place {
    uint64_t number;
    uint64_t offset;
  };
  using Hash = unsigned __int128;
  struct Fold {
    size_t operator()(Hash hash) const { return static_cast<size_t>(hash); }
  };
  Hash KeyHash(const FileReader& reader) const;

  std::vector<std::string> key_;
  std::unordered_map<Hash, Place, Fold> last_;
};

}  // namespace entrepot::csv
