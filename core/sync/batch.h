// What goes from stage to stage of an intake run: the rows of one Read and what they became.
#pragma once

#include <memory>
#include <vector>

#include "core/sync/source_batch.h"
#include "core/sync/translator.h"

namespace entrepot::sync {

struct Batch {
  SourceBatch source;
  std::vector<Item> items;  // those of the source's rows and records come first; the rest is spare
  uint64_t generation = 0;  // of identity, before they were mapped
};

using BatchPtr = std::unique_ptr<Batch>;

}  // namespace entrepot::sync
