// The answer to Connector::Read: rows (fast, named columns) or typed records, with the cursor that
// covers exactly them. Part of the connector SDK; lives for one call, not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "entrepot/sdk/messages/connector.h"
#include "entrepot/sdk/messages/record.h"
#include "entrepot/sdk/rows.h"

namespace entrepot::sdk {

// A batch holds rows or records, not both, and any number of bad rows.
class Batch {
 public:
  Batch(uint32_t rows_max, uint64_t bytes_max) : rows_max_(rows_max), bytes_max_(bytes_max) {}

  // The rows of this batch. Call rows().Begin before the first; all come from one location, so a
  // batch ends where a file ends.
  RowsWriter& rows() { return rows_; }
  const RowsWriter& rows() const { return rows_; }

  // A typed record. Its id and revision stay unset: they are the hub's.
  void AddRecord(const Record& record);

  // What could not be read at all, with the raw text; it becomes a dead letter that a person sees,
  // and the rest goes on. Counts as a row.
  void AddBadRow(const BadRow& row);

  // End the batch now: it has reached rows_max or bytes_max. Ask after every row; bytes_max is
  // passed by the last row at the most.
  bool full() const { return size() >= rows_max_ || bytes() >= bytes_max_; }
  // Rows, records and bad rows so far.
  uint32_t size() const { return rows_.row_count() + other_count_; }
  // Serialised size so far.
  uint64_t bytes() const { return rows_.bytes().size() + other_.size(); }

  // Covers exactly this batch and all before it; opaque to the hub, up to 64 KiB. The next Read
  // gets it back as ReadRequest::cursor, maybe after a restart. Empty: keep the one of the request.
  std::string next_cursor;
  // This batch starts a reading of everything that the dataset holds …
  bool snapshot_begin = false;
  // … and this one ends it: what did not come is not there, and the hub deletes it.
  bool snapshot_end = false;
  // Nothing more for now.
  bool end = false;
  // Rows or records known to be left in this run, for progress; 0: unknown.
  uint64_t remaining = 0;

  // The serialised ReadResponse in two parts, which one after the other make the whole; used by the
  // SDK itself. `head` comes before rows().bytes(), `tail` after.
  void Encode(std::string* head, std::string* tail) const;

 private:
  RowsWriter rows_;
  std::string other_;  // records and bad rows, serialised as fields of ReadResponse
  uint32_t other_count_ = 0;
  bool has_records_ = false;
  uint32_t rows_max_;
  uint64_t bytes_max_;
};

}  // namespace entrepot::sdk

#include "entrepot/sdk/detail/batch_inline.h"
