// What a source answered to one Read: its rows decoded in place, the rest as a message. Reused for
// batch after batch, so that it does not allocate in steady state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/mapping/row_table.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::sync {

namespace connector = ::entrepot::connector::v1;

// Thread-compatible. Not movable: the rows point into it.
class SourceBatch {
 public:
  SourceBatch() = default;
  SourceBatch(const SourceBatch&) = delete;
  SourceBatch& operator=(const SourceBatch&) = delete;

  void Clear();
  // Takes a copy of a serialised ReadResponse. False, and empty: malformed, or a text in it is not
  // UTF-8.
  bool Decode(std::string_view answer) { return DecodeHead(answer) && DecodeRows(); }
  // The same in two steps, for two threads: all but the rows first, then the rows. DecodeRows does
  // nothing the second time.
  bool DecodeHead(std::string_view answer);
  bool DecodeRows();

  // Of the rows and records that came, after those with the digest `before`. Between DecodeHead and
  // DecodeRows.
  uint64_t DigestAfter(uint64_t before) const;

  // All but the rows.
  const connector::ReadResponse& head() const { return head_; }
  const mapping::RowTable& rows() const { return rows_; }
  // Of rows and records together.
  size_t size() const { return rows_.size() + static_cast<size_t>(head_.records_size()); }

 private:
  bool DecodeOwnHead();
  bool MergeHead(const char* begin, const char* end);

  std::string bytes_;
  connector::ReadResponse head_;
  mapping::RowTable rows_;
  std::vector<std::string_view> undecoded_;  // serialised Rows in bytes_
};

}  // namespace entrepot::sync
