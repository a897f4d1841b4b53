#include "app/entrepot/table.h"

#include <algorithm>
#include <utility>

#include "app/entrepot/text_width.h"

namespace entrepot::cli {
namespace {

constexpr int kGap = 2;

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = OneLine(std::move(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  if (rows_.empty()) return "";
  std::vector<int> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], TextWidth(row[i]));
  }
  std::vector<std::string> headings;
  bool headed = false;
  for (size_t i = 0; i < columns_.size(); ++i) {
    headings.push_back(columns_[i].heading);
    headed = headed || !columns_[i].heading.empty();
    if (widths[i] > 0) widths[i] = std::max(widths[i], TextWidth(columns_[i].heading));
  }
  std::string text;
  auto append = [&](const std::vector<std::string>& row) {
    std::string line;
    int pending = 0;  // spaces that only count when something follows
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const int padding = widths[i] - TextWidth(row[i]);
      if (columns_[i].right) pending += padding;
      if (!row[i].empty()) {
        line.append(pending, ' ').append(row[i]);
        pending = 0;
      } else {
        pending += widths[i] - padding;
      }
      if (!columns_[i].right) pending += padding;
      pending += kGap;
    }
    text += line + "\n";
  };
  if (headed) append(headings);
  for (const auto& row : rows_) append(row);
  return text;
}

}  // namespace entrepot::cli
