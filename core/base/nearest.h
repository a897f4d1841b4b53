// The known word that somebody probably meant, for errors that name it: "did you mean …?". Words
// are UTF-8, compared without regard to case by edit distance (insert, drop, replace, swap).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace entrepot {

// The nearest of `known`; empty where none is near enough to be meant: a third of the word's
// letters may differ, one at least. Of equally near words the first. The view is into `known`.
std::string_view NearestOf(std::string_view word, std::span<const std::string> known);
std::string_view NearestOf(std::string_view word, std::span<const std::string_view> known);

// `; did you mean "on_hand"?`, or an empty string where nothing is near: the end of a sentence.
std::string DidYouMean(std::string_view word, std::span<const std::string> known);
std::string DidYouMean(std::string_view word, std::span<const std::string_view> known);

}  // namespace entrepot
