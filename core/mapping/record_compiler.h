// Turns a configured mapping into a program for writing, and finds what cannot be written on the
// way.
#pragma once

#include "core/mapping/record_mapper.h"
#include "core/mapping/record_program.h"

namespace entrepot::mapping {

struct RecordCompilation {
  RecordProgram program;  // complete only where there are no problems
  WritingCheck check;
};

// REQUIRES: CheckMapping finds nothing.
RecordCompilation CompileRecords(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                                 const Environment& environment);

}  // namespace entrepot::mapping
