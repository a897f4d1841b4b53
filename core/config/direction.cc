#include "core/config/direction.h"

#include <fmt/core.h>

namespace entrepot::config {
namespace {

using connector::v1::Manifest;
using mapping::MappingProblem;

void CheckAbility(const Manifest& manifest, const domain::KindInfo* kind, v1::Direction direction,
                  std::vector<MappingProblem>* problems) {
  const bool in = direction == v1::DIRECTION_IN || direction == v1::DIRECTION_BOTH;
  const bool out = direction == v1::DIRECTION_OUT || direction == v1::DIRECTION_BOTH;
  if (in && !manifest.source()) {
    problems->push_back({"direction", fmt::format("connector {} only takes records; the only "
                                                  "direction that it has is out",
                                                  manifest.id())});
  } else if (out && !manifest.sink()) {
    problems->push_back({"direction", fmt::format("connector {} takes no records; the only "
                                                  "direction that it has is in",
                                                  manifest.id())});
  } else if (in && kind != nullptr && kind->hub_owned) {
    problems->push_back({"direction", fmt::format("the hub itself makes records of kind {}, so "
                                                  "no source can bring them; the only direction "
                                                  "is out",
                                                  kind->name)});
  }
}

void CheckMapped(const Manifest& manifest, const domain::KindInfo* kind,
                 const DirectionCheck& check, const v1::DatasetConfig& dataset,
                 std::vector<MappingProblem>* problems) {
  if (check.written && manifest.takes_rows()) return;
  if (!manifest.source()) {
    problems->push_back(
        {"mapping",
         fmt::format("connector {} only takes records, so there are no rows to map", manifest.id()),
         true});
  } else if (check.written && !check.read && dataset.direction() == v1::DIRECTION_OUT) {
    problems->push_back({"mapping",
                         fmt::format("connector {} takes records as they are, so there are no "
                                     "columns to map",
                                     manifest.id()),
                         true});
  } else if (kind != nullptr && kind->hub_owned) {
    problems->push_back(
        {"kind", fmt::format("the hub itself makes records of kind {}, so no source can "
                             "bring them; drop the mapping if they are to be sent there",
                             kind->name)});
  }
}

void CheckUnmapped(const Manifest& manifest, const v1::DatasetConfig& dataset,
                   std::vector<MappingProblem>* problems) {
  const v1::Direction direction = dataset.direction();
  const bool in = direction == v1::DIRECTION_IN || direction == v1::DIRECTION_BOTH ||
                  (direction == v1::DIRECTION_UNSPECIFIED && !manifest.sink());
  if (in && manifest.source() && !manifest.typed_records()) {
    problems->push_back(
        {"mapping",
         fmt::format("say how rows of connector {} become records: key and fields", manifest.id()),
         true});
  } else if (!in && manifest.sink() && manifest.takes_rows()) {
    problems->push_back({"mapping",
                         fmt::format("connector {} writes rows: say what stands in which column, "
                                     "by key and fields",
                                     manifest.id()),
                         true});
  }
}

}  // namespace

DirectionCheck CheckDirection(const Manifest& manifest, const domain::KindInfo* kind,
                              const v1::DatasetConfig& dataset) {
  DirectionCheck check;
  const bool mapped = dataset.has_mapping();
  const bool hub_owned = kind != nullptr && kind->hub_owned;
  const bool readable = manifest.source() && (mapped || manifest.typed_records()) && !hub_owned;
  const bool writable = manifest.sink() && (mapped || !manifest.takes_rows());
  const v1::Direction direction = dataset.direction();
  check.read = readable && direction != v1::DIRECTION_OUT;
  check.written = writable && direction != v1::DIRECTION_IN &&
                  (!readable || direction != v1::DIRECTION_UNSPECIFIED);
  CheckAbility(manifest, kind, direction, &check.problems);
  if (!check.problems.empty()) return check;
  if (mapped) {
    CheckMapped(manifest, kind, check, dataset, &check.problems);
  } else {
    CheckUnmapped(manifest, dataset, &check.problems);
  }
  const bool writes_nothing = mapped && dataset.mapping().write_size() > 0 && !check.written;
  if (check.problems.empty() && writes_nothing) {
    check.problems.push_back({"mapping.write",
                              "this dataset is only read, so nothing is written; say direction: "
                              "both, or drop this",
                              true});
  }
  return check;
}

}  // namespace entrepot::config
