// One record made ready for a sink: what is sent, or why nothing is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"
#include "core/sync/plan.h"
#include "core/sync/ports.h"
#include "core/sync/sink_dataset.h"

namespace entrepot::sync {

struct Parcel {
  enum class Fate {
    kSend,
    kThere,    // nothing to send: the sink has this revision, or never had what is deleted
    kWaiting,  // it refers to a record that the sink does not have yet
    kDead,     // it can never be sent as it is
  };
  Fate fate = Fate::kSend;
  store::Delivery delivery;  // revision: the newest
  const DatasetPlan* dataset = nullptr;
  connector::ApplyItem item;
  std::string reason;  // of kWaiting: "client C-7"; of kDead: a sentence
  // Authority groups in which it asks for values that are not the record's: see Overlay.
  std::vector<int> asked;
};

// Reads the newest revision of the record. `append_only`: the item carries the revision that it
// replaces. Where the dataset is read too, what its system shows decides whether a kSend is sent
// (SinkDataset::Needs), not the revision alone. Errors of the store.
absl::StatusOr<Parcel> MakeParcel(const store::Reader& reader, const ConnectionPlan& plan,
                                  const SinkDatasets& datasets, bool append_only,
                                  store::Delivery delivery);

// A record as of one of its revisions; nothing: it is no longer kept.
absl::StatusOr<std::optional<v1::Record>> RecordAt(const store::Reader& reader, uint64_t record_id,
                                                   uint64_t revision);

}  // namespace entrepot::sync
