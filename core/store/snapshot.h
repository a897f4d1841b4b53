// A consistent view of the store for reading, and what can be asked of it. The same questions can
// be asked of a write transaction, which also sees its own changes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "core/store/items.h"
#include "entrepot/v1/record.pb.h"

namespace entrepot::store {

struct Page {
  uint64_t after = 0;  // id of the last item of the page before; 0: from the start
  int limit = 100;
  bool newest_first = false;
  bool include_deleted = false;
};

// Errors of all: UNAVAILABLE (STORE_IO), DATA_LOSS (STORE_CORRUPT). Not thread-safe.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual absl::StatusOr<std::optional<v1::Record>> Get(uint64_t id) const = 0;
  // By the natural key's bytes (domain::KeyBytes). Deleted records are found too.
  virtual absl::StatusOr<std::optional<uint64_t>> FindByKey(domain::Kind kind,
                                                            std::string_view key_bytes) const = 0;
  virtual absl::StatusOr<std::vector<v1::Record>> List(domain::Kind kind,
                                                       const Page& page) const = 0;
  virtual absl::StatusOr<uint64_t> Count(domain::Kind kind) const = 0;  // not deleted

  // Entries with seq > after, ascending, at most `limit`. `after` older than what is kept:
  // OUT_OF_RANGE (LOG_THINNED), and the reader starts with a scan.
  absl::StatusOr<std::vector<LogEntry>> ReadLog(uint64_t after, int limit) const {
    auto part = ReadLogOf(domain::KindSet::All(), after, limit);
    if (!part.ok()) return part.status();
    return std::move(part->entries);
  }
  // The same of some kinds only; entries of others count against the limit.
  virtual absl::StatusOr<LogPart> ReadLogOf(const domain::KindSet& kinds, uint64_t after,
                                            int limit) const = 0;
  // Newest first, at most `limit`; ends early where history was thinned.
  virtual absl::StatusOr<std::vector<LogEntry>> History(uint64_t record_id, int limit) const = 0;

  virtual absl::StatusOr<std::optional<uint64_t>> FindBinding(
      std::string_view connection, domain::Kind kind, std::string_view outside_id) const = 0;
  // (connection, outside id) pairs of a record.
  virtual absl::StatusOr<std::vector<std::pair<std::string, std::string>>> BindingsOf(
      uint64_t record_id) const = 0;
  // A named position: a dataset's, a sink's or a reaction's. Empty: none yet.
  virtual absl::StatusOr<std::string> Cursor(std::string_view name) const = 0;

  virtual absl::StatusOr<std::vector<ParkedItem>> ListParked(const Page& page) const = 0;
  virtual absl::StatusOr<uint64_t> CountParked(std::string_view dataset) const = 0;  // "": of all
  virtual absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(std::string_view dataset,
                                                                  const Page& page) const = 0;
  virtual absl::StatusOr<std::optional<DeadLetter>> GetDeadLetter(uint64_t id) const = 0;
  virtual absl::StatusOr<uint64_t> CountDeadLetters(std::string_view dataset) const = 0;  // "": all
  // What the books hold of one record: rows that wait for it, and rows and deliveries of it.
  // Oldest first, at most `limit`.
  virtual absl::StatusOr<std::vector<ParkedItem>> ParkedAbout(const Concern& concern,
                                                              int limit) const = 0;
  virtual absl::StatusOr<std::vector<DeadLetter>> DeadLettersAbout(const Concern& concern,
                                                                   int limit) const = 0;
  virtual absl::StatusOr<std::vector<RowEdit>> RowEditsOf(const Concern& concern,
                                                          int limit) const = 0;
  // Of an entry of the log; nothing: it was not made from a row, or of a bulk kind.
  virtual absl::StatusOr<std::optional<RowPlace>> PlaceOf(uint64_t seq) const = 0;
  virtual absl::StatusOr<std::vector<Run>> ListRuns(std::string_view dataset,
                                                    const Page& page) const = 0;
  virtual absl::StatusOr<std::optional<Delivery>> GetDelivery(std::string_view connection,
                                                              uint64_t record_id) const = 0;
  // In these states, due at `due` or before, oldest due first.
  virtual absl::StatusOr<std::vector<Delivery>> ListDeliveries(
      std::string_view connection, const std::vector<DeliveryState>& states, absl::Time due,
      int limit) const = 0;
  // Those that wait for a record, "client C-7", at most `limit`.
  virtual absl::StatusOr<std::vector<Delivery>> DeliveriesWaitingFor(std::string_view name,
                                                                     int limit) const = 0;
  // All deliveries of one record.
  virtual absl::StatusOr<std::vector<Delivery>> DeliveriesOf(uint64_t record_id) const = 0;
  virtual absl::StatusOr<std::vector<std::pair<DeliveryState, uint64_t>>> CountDeliveries(
      std::string_view connection) const = 0;

  // Newest first; `settled`: those that have ended too.
  virtual absl::StatusOr<std::vector<Conflict>> ListConflicts(bool settled,
                                                              const Page& page) const = 0;
  virtual absl::StatusOr<std::optional<Conflict>> GetConflict(uint64_t id) const = 0;
  // The open ones of a record, oldest first.
  virtual absl::StatusOr<std::vector<Conflict>> OpenConflictsOf(uint64_t record_id) const = 0;
  virtual absl::StatusOr<uint64_t> CountConflicts(std::string_view dataset) const = 0;  // "": all

  // As of conflicts.
  virtual absl::StatusOr<std::vector<Proposal>> ListProposals(bool settled,
                                                              const Page& page) const = 0;
  virtual absl::StatusOr<std::vector<Proposal>> OpenProposalsOf(uint64_t record_id) const = 0;
  virtual absl::StatusOr<std::vector<Double>> ListDoubles(bool settled, const Page& page) const = 0;
  virtual absl::StatusOr<std::vector<Double>> OpenDoublesOf(uint64_t record_id) const = 0;
  // In whatever order, open or not.
  virtual absl::StatusOr<std::optional<Double>> GetDouble(uint64_t one, uint64_t other) const = 0;
  // The record that this one was merged into; nothing: it was not.
  virtual absl::StatusOr<std::optional<uint64_t>> MergedInto(uint64_t record_id) const = 0;
};

using Snapshot = std::unique_ptr<Reader>;

}  // namespace entrepot::store
