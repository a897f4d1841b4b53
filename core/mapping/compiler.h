// Turns a configured mapping into a program, and finds every mistake in it on the way.
#pragma once

#include <string>
#include <vector>

#include "core/mapping/mapping.h"
#include "core/mapping/program.h"

namespace entrepot::mapping {

struct Compilation {
  Program program;  // complete only where there are no problems
  std::vector<MappingProblem> problems;
};

Compilation Compile(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                    const Environment& environment);

}  // namespace entrepot::mapping
