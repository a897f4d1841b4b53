#include "core/base/nearest.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace entrepot {
namespace {

// Longer words are cut: a name of a field or a column is shorter, and the distance is quadratic.
constexpr size_t kLettersMax = 64;

char32_t Lower(char32_t letter) {
  if (letter >= U'A' && letter <= U'Z') return letter + 0x20;
  if (letter >= U'А' && letter <= U'Я') return letter + 0x20;
  if (letter >= 0x400 && letter <= 0x40F) return letter + 0x50;  // Ё, Ї, Ў …
  return letter;
}

// Broken UTF-8 counts byte by byte.
std::u32string Letters(std::string_view text) {
  std::u32string letters;
  for (size_t at = 0; at < text.size() && letters.size() < kLettersMax;) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) {
      letters.push_back(Lower(lead));
      ++at;
      continue;
    }
    char32_t letter = lead & (0xFF >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
      letter = (letter << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    }
    letters.push_back(Lower(letter));
    at += length;
  }
  return letters;
}

// Three rows of the usual table: the one under way and the two above it.
size_t Distance(const std::u32string& a, const std::u32string& b) {
  std::vector<size_t> above2(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], above2[j - 2] + 1);
      }
    }
    std::swap(above2, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

template <typename Word>
std::string_view Nearest(std::string_view word, std::span<const Word> known) {
  const std::u32string letters = Letters(word);
  const size_t distance_max = std::max<size_t>(1, letters.size() / 3);
  std::string_view nearest;
  size_t nearest_distance = distance_max + 1;
  for (const Word& candidate : known) {
    const size_t distance = Distance(letters, Letters(candidate));
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string Question(std::string_view nearest) {
  return nearest.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", nearest);
}

}  // namespace

std::string_view NearestOf(std::string_view word, std::span<const std::string> known) {
  return Nearest(word, known);
}

std::string_view NearestOf(std::string_view word, std::span<const std::string_view> known) {
  return Nearest(word, known);
}

std::string DidYouMean(std::string_view word, std::span<const std::string> known) {
  return Question(NearestOf(word, known));
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> known) {
  return Question(NearestOf(word, known));
}

}  // namespace entrepot
