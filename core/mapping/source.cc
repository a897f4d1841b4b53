#include "core/mapping/source.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/base/absl_view.h"
#include "core/base/nearest.h"

namespace entrepot::mapping {
namespace {

// Groups of a regular expression that a replacement can name: \0 to \9.
constexpr int kGroupsMax = 10;
// Known values that a sentence lists.
constexpr size_t kListedMax = 12;

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

bool Cells::Absent(int cell) const {
  return std::find(row.absent.begin(), row.absent.end(), static_cast<uint32_t>(cell)) !=
         row.absent.end();
}

bool TextSource::Read(const Cells& cells, SourceText* result, RowFault* fault) {
  if (slots.size() == 1) {
    *result = {cells.Text(slots.front()), TextForm::kOutside};
  } else if (slots.empty()) {
    *result = {constant, TextForm::kHub};
    return true;
  } else {
    *result = {Join(cells), TextForm::kOutside};
  }
  if (!empty_texts.empty() && IsEmptyText(result->text)) result->text = {};
  if (match == nullptr || result->text.empty()) return true;
  return Match(cells, result, fault);
}

bool TextSource::LookUp(const Cells& cells, SourceText* result, RowFault* fault) const {
  if (result->text.empty()) {
    FallBack(result);
    return true;
  }
  if (result->form == TextForm::kHub) return true;
  if (has_values) {
    const auto found = values.find(AbslView(result->text));
    if (found != values.end()) {
      *result = {found->second, TextForm::kHub};
      if (result->text.empty()) FallBack(result);
      return true;
    }
    if (table == nullptr) {
      if (FallBack(result)) return true;
      return Fail(cells, DescribeValues(result->text), fault);
    }
  }
  if (table == nullptr) return true;
  const std::string_view code = table->Find(result->text);
  if (code.empty()) {
    if (FallBack(result)) return true;
    return Fail(cells,
                fmt::format("{} is not {}{}", Quoted(result->text), table->description(),
                            DidYouMean(result->text, table->texts())),
                fault);
  }
  *result = {code, TextForm::kHub};
  return true;
}

std::string_view TextSource::Join(const Cells& cells) {
  joined_.clear();
  for (int slot : slots) {
    const std::string_view text = cells.Text(slot);
    if (text.empty()) continue;
    if (!joined_.empty()) joined_ += separator;
    joined_ += text;
  }
  return joined_;
}

bool TextSource::Match(const Cells& cells, SourceText* result, RowFault* fault) {
  std::array<re2::StringPiece, kGroupsMax> groups;
  const int wanted = replaces ? std::min(kGroupsMax, match->NumberOfCapturingGroups() + 1) : 0;
  const bool fits = match->Match(Piece(result->text), 0, result->text.size(), RE2::ANCHOR_BOTH,
                                 groups.data(), wanted);
  if (!fits) {
    if (FallBack(result)) return true;
    return Fail(
        cells,
        fmt::format("{} does not match the pattern {}", Quoted(result->text), match->pattern()),
        fault);
  }
  if (!replaces) return true;
  replaced_.clear();
  match->Rewrite(&replaced_, replacement, groups.data(), wanted);
  result->text = Trim(replaced_);
  return true;
}

bool TextSource::FallBack(SourceText* result) const {
  if (!has_default) return false;
  *result = {default_text, TextForm::kHub};
  return true;
}

bool TextSource::IsEmptyText(std::string_view text) const {
  return std::find(empty_texts.begin(), empty_texts.end(), text) != empty_texts.end();
}

bool TextSource::Fail(const Cells& cells, std::string reason, RowFault* fault) const {
  fault->column = slots.empty() ? -1 : cells.Index(slots.front());
  fault->reason = std::move(reason);
  return false;
}

std::string TextSource::DescribeValues(std::string_view text) const {
  std::vector<std::string> known;
  for (const auto& [outside, ours] : values) known.push_back(outside);
  std::sort(known.begin(), known.end());
  std::string list;
  for (size_t i = 0; i < known.size() && i < kListedMax; ++i) {
    list += (i == 0 ? "" : ", ") + Quoted(known[i]);
  }
  if (known.size() > kListedMax) list += ", …";
  return fmt::format("{} is not among the values {}{}", Quoted(text), list,
                     DidYouMean(text, known));
}

}  // namespace entrepot::mapping
