// Bodies of batch.h.
#pragma once

#include <iterator>
#include <protozero/varint.hpp>

#include "entrepot/sdk/batch.h"
#include "entrepot/sdk/detail/wire.h"

namespace entrepot::sdk {

inline void Batch::AddRecord(const Record& record) {
  protozero::pbf_writer writer{other_};
  detail::AppendMessage(writer, other_, 2, record);
  has_records_ = true;
  ++other_count_;
}

inline void Batch::AddBadRow(const BadRow& row) {
  protozero::pbf_writer writer{other_};
  detail::AppendMessage(writer, other_, 8, row);
  ++other_count_;
}

inline void Batch::Encode(std::string* head, std::string* tail) const {
  if (has_records_ && rows_.row_count() > 0) {
    throw Internal("a batch holds either rows or records, not both");
  }
  head->clear();
  if (rows_.begun()) {
    head->push_back(static_cast<char>((1 << 3) | 2));  // ReadResponse.rows
    protozero::write_varint(std::back_inserter(*head), rows_.bytes().size());
  }
  ReadResponse rest;
  rest.next_cursor = next_cursor;
  rest.snapshot_begin = snapshot_begin;
  rest.snapshot_end = snapshot_end;
  rest.end = end;
  rest.remaining = remaining;
  *tail = other_;
  rest.AppendTo(*tail);
}

}  // namespace entrepot::sdk
