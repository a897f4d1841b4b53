// Where the reading of a dataset stands; all the state there is, and the hub keeps it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::sql {

// A place in an order of rows: by a column of changes, then by the key. Read up to and with it.
struct Position {
  // Of the column of changes; nullopt: before the first row.
  std::optional<std::string> value;
  // Of the row with that value, all that came before it as well; empty: none of them.
  std::vector<std::string> key;
  friend bool operator==(const Position&, const Position&) = default;
};

// Of a run over rows in order of change.
struct Progress {
  Position position;
  // The next run begins no later than here: what is committed late bears an earlier value.
  std::optional<std::string> floor;
  friend bool operator==(const Progress&, const Progress&) = default;
};

struct Cursor {
  enum class Phase : char {
    kStart = 'N',      // nothing has been read
    kSnapshot = 'S',   // within a reading of everything
    kChanges = 'C',    // within a run over what has changed
    kDeletions = 'D',  // within a run over the table of deletions
    kEnded = 'E',      // between two runs
  };
  Phase phase = Phase::kStart;
  // What the configuration orders the rows by; a cursor of another order is of no use.
  std::string order;
  // Of a snapshot: the key read last; empty: none yet.
  std::vector<std::string> snapshot_key;
  Progress changes;
  Progress deletions;
  friend bool operator==(const Cursor&, const Cursor&) = default;

  std::string Encode() const;
  // An empty text is the start. Throws BadData for anything that Encode did not make.
  static Cursor Decode(std::string_view text);
};

}  // namespace entrepot::sql
