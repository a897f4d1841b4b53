#include "row_scanner.h"

#include <algorithm>

namespace entrepot::csv {
namespace {

bool OnlySpaces(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

uint64_t CountCharacters(std::string_view text) { return MeasureText(text).characters; }

}  // namespace

// Where the scan stands within the row.
struct RowScanner::Place {
  size_t at = 0;
  uint64_t characters = 0;     // before `at`
  uint32_t open_quote = 0;     // position of the quote that is open at the end of the text
  unsigned char high = 0;      // has the top bit when the row is not all ASCII
  bool has_line_ends = false;  // in quoted cells
};

RowScanner::RowScanner(const Dialect& dialect) : dialect_(dialect) {
  for (const char c : {dialect.delimiter, '\r', '\n'}) special_[static_cast<uint8_t>(c)] = true;
}

Scan RowScanner::Next(std::string_view text, bool last, ScannedRow* row) {
  row->cells.clear();
  row->fault.clear();
  doubled_.clear();
  if (text.empty()) return last ? Scan::kEnd : Scan::kMore;
  if (skipping_) return SkipRest(text, last, row);
  Place place;
  while (true) {
    const Piece piece = TakeCell(text, last, &place, row);
    const bool too_long = text.size() > dialect_.row_bytes_max + 1;
    if (piece == Piece::kUnclosed || (piece == Piece::kMore && place.open_quote && too_long)) {
      return FirstLineOnly(text, last,
                           "the quote that opens here is never closed; close it, or double it "
                           "where it is a part of the text",
                           place.open_quote, row);
    }
    if (piece == Piece::kMore && !too_long) return Scan::kMore;
    if (piece == Piece::kMore) {
      return FirstLineOnly(text, last,
                           "the row is longer than " + std::to_string(dialect_.row_bytes_max) +
                               " bytes (option row_bytes_max)",
                           1, row);
    }
    if (place.at == text.size()) return Finish(text, place, place.at, row);
    if (text[place.at] == '\n') return Finish(text, place, place.at + 1, row);
    if (text[place.at] == '\r') {
      const size_t after = place.at + 1;
      if (after == text.size() && !last) return Scan::kMore;
      return Finish(text, place, after + (after < text.size() && text[after] == '\n'), row);
    }
    ++place.at;  // the delimiter
    ++place.characters;
  }
}

RowScanner::Piece RowScanner::TakeCell(std::string_view text, bool last, Place* place,
                                       ScannedRow* row) {
  const size_t begin = place->at;
  if (dialect_.quote != '\0' && begin < text.size() && text[begin] == dialect_.quote) {
    return TakeQuoted(text, last, place, row);
  }
  const char* const data = text.data();
  const size_t size = text.size();
  size_t at = begin;
  unsigned char high = 0;
  while (at < size && !special_[static_cast<uint8_t>(data[at])]) {
    high |= static_cast<unsigned char>(data[at]);
    ++at;
  }
  if (at == size && !last) return Piece::kMore;
  const std::string_view cell = text.substr(begin, at - begin);
  row->cells.push_back({cell, static_cast<uint32_t>(place->characters + 1)});
  place->characters += high & 0x80 ? CountCharacters(cell) : cell.size();
  place->high |= high;
  place->at = at;
  return Piece::kCell;
}

RowScanner::Piece RowScanner::TakeQuoted(std::string_view text, bool last, Place* place,
                                         ScannedRow* row) {
  const size_t begin = place->at;
  const auto position = static_cast<uint32_t>(place->characters + 1);
  place->open_quote = position;
  bool doubled = false;
  size_t at = begin + 1;
  while (true) {
    at = text.find(dialect_.quote, at);
    if (at == std::string_view::npos) return last ? Piece::kUnclosed : Piece::kMore;
    if (at + 1 == text.size() || text[at + 1] != dialect_.quote) break;
    doubled = true;
    at += 2;
  }
  if (at + 1 == text.size() && !last) return Piece::kMore;  // maybe the first of two
  place->open_quote = 0;
  const std::string_view cell = text.substr(begin + 1, at - begin - 1);
  if (doubled) doubled_.push_back(row->cells.size());
  row->cells.push_back({cell, position});
  if (cell.find_first_of("\r\n") != std::string_view::npos) place->has_line_ends = true;
  ++at;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && !special_[static_cast<uint8_t>(text[at])] && row->fault.empty()) {
    row->fault =
        "there is text after the closing quote; double the quotes that are a part of the text";
    row->fault_position =
        static_cast<uint32_t>(position + CountCharacters(text.substr(begin, at - begin)));
  }
  while (at < text.size() && !special_[static_cast<uint8_t>(text[at])]) ++at;
  if (at == text.size() && !last) {
    row->fault.clear();
    return Piece::kMore;
  }
  place->high |= 0x80;  // not looked at: measure
  place->characters += CountCharacters(text.substr(begin, at - begin));
  place->at = at;
  return Piece::kCell;
}

// The row ends at `place`; the next one starts at `next`.
Scan RowScanner::Finish(std::string_view text, const Place& place, size_t next, ScannedRow* row) {
  const size_t end = place.at;
  row->raw = text.substr(0, end);
  if (place.high & 0x80) {
    row->extent = MeasureText(text.substr(0, next));
    const size_t invalid = FindInvalid(row->raw);
    if (invalid != std::string_view::npos && row->fault.empty()) {
      row->fault = "there are bytes here that are no text in the file's encoding";
      row->fault_position = static_cast<uint32_t>(CountCharacters(row->raw.substr(0, invalid)) + 1);
    }
  } else {
    row->extent = {next, next, 0};
  }
  row->lines = next > end;
  if (place.has_line_ends) {
    for (size_t i = 0; i < end; ++i) {
      row->lines += text[i] == '\n' || (text[i] == '\r' && text.compare(i, 2, "\r\n") != 0);
    }
  }
  CheckBounds(end, row);
  if (!doubled_.empty()) Unescape(row);
  if (!row->fault.empty()) return Scan::kFault;
  for (const Cell& cell : row->cells) {
    if (!OnlySpaces(cell.text)) return Scan::kRow;
  }
  return Scan::kBlank;
}

void RowScanner::CheckBounds(size_t end, ScannedRow* row) const {
  if (end > dialect_.row_bytes_max && row->fault.empty()) {
    row->fault = "the row is longer than " + std::to_string(dialect_.row_bytes_max) +
                 " bytes (option row_bytes_max)";
    row->fault_position = 1;
  }
  if (row->cells.size() > dialect_.columns_max && row->fault.empty()) {
    row->fault = "the row has " + std::to_string(row->cells.size()) + " cells, more than " +
                 std::to_string(dialect_.columns_max) + " (option columns_max)";
    row->fault_position = row->cells[dialect_.columns_max].position;
  }
}

Scan RowScanner::FirstLineOnly(std::string_view text, bool last, std::string fault,
                               uint32_t position, ScannedRow* row) {
  size_t end = text.find_first_of("\r\n");
  size_t next = end;
  row->lines = 1;
  if (end == std::string_view::npos) {
    end = next = text.size();
    row->lines = 0;
    skipping_ = !last;
  } else {
    next += text.compare(end, 2, "\r\n") == 0 ? 2 : 1;
  }
  row->raw = text.substr(0, end);
  row->extent = MeasureText(text.substr(0, next));
  row->fault = std::move(fault);
  row->fault_position = position;
  return Scan::kFault;
}

Scan RowScanner::SkipRest(std::string_view text, bool last, ScannedRow* row) {
  size_t next = text.find_first_of("\r\n");
  row->lines = 0;
  if (next == std::string_view::npos) {
    next = text.size();
  } else if (text[next] == '\r' && next + 1 == text.size() && !last) {
    if (next == 0) return Scan::kMore;  // maybe the first half of a CRLF
  } else {
    next += text.compare(next, 2, "\r\n") == 0 ? 2 : 1;
    row->lines = 1;
    skipping_ = false;
  }
  if (next == text.size() && last) skipping_ = false;
  row->raw = {};
  row->extent = MeasureText(text.substr(0, next));
  return Scan::kBlank;
}

void RowScanner::Unescape(ScannedRow* row) {
  unescaped_.clear();
  unescaped_.reserve(row->raw.size());  // views into it stay valid
  for (const size_t index : doubled_) {
    std::string_view& cell = row->cells[index].text;
    const size_t begin = unescaped_.size();
    for (size_t i = 0; i < cell.size(); ++i) {
      unescaped_ += cell[i];
      if (cell[i] == dialect_.quote) ++i;
    }
    cell = std::string_view(unescaped_).substr(begin);
  }
}

}  // namespace entrepot::csv
