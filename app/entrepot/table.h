// The one printer of tables: columns two spaces apart, aligned by what the terminal shows, headings
// in capitals. Pure.
#pragma once

#include <string>
#include <vector>

namespace entrepot::cli {

struct Column {
  std::string heading;
  bool right = false;  // numbers
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // Without headings: names and values.
  static Table OfFields() { return Table({{""}, {""}}); }

  // Missing cells are empty; line breaks and other control characters become spaces.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Ends with a line break; empty for a table without rows. Columns without any text are left out.
  std::string ToString() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace entrepot::cli
