// The data behind units.h, in files of its own: units of measure, and the texts that stand for them
// in Russian systems and files.
#pragma once

#include <span>
#include <string_view>

#include "core/domain/units.h"

namespace entrepot::domain {

struct UnitText {
  std::string_view text;
  std::string_view code;
};

std::span<const Unit> UnitTable();
// OKEI codes and letter codes, and spellings beyond Unit's symbols.
std::span<const UnitText> UnitTextTable();

}  // namespace entrepot::domain
