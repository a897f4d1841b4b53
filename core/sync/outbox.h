// What a sink has still to get: reads the change log with the sink's cursor and notes a delivery
// for every record of its kinds. A sink that is new, or whose cursor is older than the kept log,
// starts with a scan of all records, then reads the log from before the scan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "core/sync/plan.h"
#include "core/sync/sink_dataset.h"

namespace entrepot::sync {

// Used by the dispatcher's thread alone.
class Outbox {
 public:
  // All outlive it.
  Outbox(store::Store* store, const ConnectionPlan* plan, const SinkDatasets* datasets);

  // Before the first Fill, and when an answer could not be saved: what is in flight is unknown.
  absl::Status Recover();
  // Notes what is new, a bounded part of it. True: something was done, and there may be more.
  // Errors of the store.
  absl::StatusOr<bool> Fill();
  // Cursors past entries that do not concern the sink are saved now and then only.
  absl::Status SaveCursor();
  bool cursor_saved() const { return saved_ == cursor_; }

  uint64_t cursor() const { return cursor_; }
  bool scanning() const { return !scan_.empty(); }
  // Since the last call: the connection itself brought or bound records, so that what waits for
  // them may go on.
  bool TakeBound() { return std::exchange(bound_, false); }

 private:
  struct Noted {
    uint64_t record_id;
    domain::Kind kind;
    uint64_t revision;
    bool deleted;
    bool own;            // the connection itself made this revision
    bool again = false;  // its dataset is mapped anew: what is there was written by another mapping
  };
  // Where a scan of all records stands.
  struct Scan {
    size_t dataset = 0;  // its index in the plan
    uint64_t after = 0;  // the last id
    std::string again;   // " name name ": datasets that are mapped anew
  };

  absl::Status Load();
  // `again`: see Scan.
  absl::Status BeginScan(const std::string& again);
  static Scan ScanOf(std::string_view saved);
  absl::Status ScanPart();
  absl::StatusOr<bool> ReadLog();
  absl::Status Note(const std::vector<Noted>& noted, uint64_t cursor, const std::string& scan);
  absl::Status NoteOne(store::Transaction& tx, const Noted& noted) const;
  absl::StatusOr<std::optional<bool>> Needs(const store::Transaction& tx, const Noted& noted,
                                            const std::optional<store::Delivery>& delivery) const;
  absl::Status NoteThere(store::Transaction& tx, const Noted& noted,
                         std::optional<store::Delivery> delivery) const;
  bool IsOwn(std::string_view origin) const;

  store::Store* store_;
  const ConnectionPlan* plan_;
  const SinkDatasets* datasets_;
  const std::string cursor_name_;
  const std::string scan_name_;
  const std::string plan_name_;
  domain::KindSet kinds_;  // that it takes, and all that others can refer to
  bool loaded_ = false;
  bool bound_ = false;
  uint64_t cursor_ = 0;
  uint64_t saved_ = 0;
  // Of a scan under way, as it is saved: "<dataset index>/<last id>/<again>"; empty: none.
  std::string scan_;
};

// "invoice=invoices client=clients:<digest of its mapping> …": when it changes, the sink is scanned
// anew.
std::string KindsOf(const ConnectionPlan& plan);

}  // namespace entrepot::sync
