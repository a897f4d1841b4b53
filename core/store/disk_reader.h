// The questions of Reader, asked of one connection's view of the file. Snapshots and the write
// transaction both answer through it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/store/bindings.h"
#include "core/store/change_log.h"
#include "core/store/conflicts.h"
#include "core/store/database.h"
#include "core/store/deliveries.h"
#include "core/store/doubles.h"
#include "core/store/memory.h"
#include "core/store/progress.h"
#include "core/store/proposals.h"
#include "core/store/row_story.h"
#include "core/store/snapshot.h"
#include "core/store/waiting.h"

namespace entrepot::store {

// A record's envelope and body from what the tables hold.
struct Envelope {
  uint64_t id;
  domain::Kind kind;
  uint64_t revision;
  uint32_t origin;
  int64_t changed_at;
  bool deleted;
};
absl::StatusOr<v1::Record> BuildRecord(const Envelope& envelope, std::string_view body,
                                       const Names& names);

absl::StatusOr<std::optional<v1::Record>> ReadRecord(Connection& db, const Names& names,
                                                     uint64_t id);
// Bulk keys are looked up in memory and then checked against this connection's view.
absl::StatusOr<std::optional<uint64_t>> ReadByKey(Connection& db, const Memory& memory,
                                                  domain::Kind kind, std::string_view key_bytes);
absl::StatusOr<std::vector<v1::Record>> ReadList(Connection& db, const Names& names,
                                                 domain::Kind kind, const Page& page);
absl::StatusOr<std::vector<LogEntry>> ReadHistory(Connection& db, const Names& names,
                                                  uint64_t record_id, int limit);

// Base is Reader, or Transaction, which is a Reader that sees its own changes too.
template <typename Base>
class DiskReader : public Base {
 public:
  DiskReader(Connection* db, const Memory* memory) : db_(db), memory_(memory) {}

  absl::StatusOr<std::optional<v1::Record>> Get(uint64_t id) const override {
    RETURN_IF_ERROR(Settle());
    return ReadRecord(*db_, memory_->names, id);
  }
  absl::StatusOr<std::optional<uint64_t>> FindByKey(domain::Kind kind,
                                                    std::string_view key_bytes) const override {
    RETURN_IF_ERROR(Settle());
    return ReadByKey(*db_, *memory_, kind, key_bytes);
  }
  absl::StatusOr<std::vector<v1::Record>> List(domain::Kind kind, const Page& page) const override {
    RETURN_IF_ERROR(Settle());
    return ReadList(*db_, memory_->names, kind, page);
  }
  absl::StatusOr<uint64_t> Count(domain::Kind kind) const override { return FindLive(*db_, kind); }
  absl::StatusOr<LogPart> ReadLogOf(const domain::KindSet& kinds, uint64_t after,
                                    int limit) const override {
    RETURN_IF_ERROR(Settle());
    return ReadLogAfter(*db_, memory_->names, kinds, after, limit);
  }
  absl::StatusOr<std::vector<LogEntry>> History(uint64_t record_id, int limit) const override {
    RETURN_IF_ERROR(Settle());
    return ReadHistory(*db_, memory_->names, record_id, limit);
  }
  absl::StatusOr<std::optional<uint64_t>> FindBinding(std::string_view connection,
                                                      domain::Kind kind,
                                                      std::string_view outside_id) const override {
    return FindBindingOnDisk(*db_, memory_->names, connection, kind, outside_id);
  }
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> BindingsOf(
      uint64_t record_id) const override {
    return BindingsOfRecord(*db_, memory_->names, record_id);
  }
  absl::StatusOr<std::string> Cursor(std::string_view name) const override {
    return FindCursor(*db_, name);
  }
  absl::StatusOr<std::vector<ParkedItem>> ListParked(const Page& page) const override {
    return ListParkedItems(*db_, page);
  }
  absl::StatusOr<uint64_t> CountParked(std::string_view dataset) const override {
    return CountParkedItems(*db_, dataset);
  }
  absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(std::string_view dataset,
                                                          const Page& page) const override {
    return ListLetters(*db_, dataset, page);
  }
  absl::StatusOr<std::optional<DeadLetter>> GetDeadLetter(uint64_t id) const override {
    return FindLetter(*db_, id);
  }
  absl::StatusOr<uint64_t> CountDeadLetters(std::string_view dataset) const override {
    return CountLetters(*db_, dataset);
  }
  absl::StatusOr<std::vector<ParkedItem>> ParkedAbout(const Concern& concern,
                                                      int limit) const override {
    return ListParkedAbout(*db_, concern, limit);
  }
  absl::StatusOr<std::vector<DeadLetter>> DeadLettersAbout(const Concern& concern,
                                                           int limit) const override {
    return ListLettersAbout(*db_, concern, limit);
  }
  absl::StatusOr<std::vector<RowEdit>> RowEditsOf(const Concern& concern,
                                                  int limit) const override {
    return ListRowEdits(*db_, concern, limit);
  }
  absl::StatusOr<std::optional<RowPlace>> PlaceOf(uint64_t seq) const override {
    return FindRowPlace(*db_, seq);
  }
  absl::StatusOr<std::vector<Run>> ListRuns(std::string_view dataset,
                                            const Page& page) const override {
    return ListRunsOf(*db_, dataset, page);
  }
  absl::StatusOr<std::optional<Delivery>> GetDelivery(std::string_view connection,
                                                      uint64_t record_id) const override {
    return FindDelivery(*db_, memory_->names, connection, record_id);
  }
  absl::StatusOr<std::vector<Delivery>> ListDeliveries(std::string_view connection,
                                                       const std::vector<DeliveryState>& states,
                                                       absl::Time due, int limit) const override {
    return ListDueDeliveries(*db_, memory_->names, connection, states, due, limit);
  }
  absl::StatusOr<std::vector<Delivery>> DeliveriesWaitingFor(std::string_view name,
                                                             int limit) const override {
    return ListDeliveriesWaitingFor(*db_, memory_->names, name, limit);
  }
  absl::StatusOr<std::vector<Delivery>> DeliveriesOf(uint64_t record_id) const override {
    return ListDeliveriesOf(*db_, memory_->names, record_id);
  }
  absl::StatusOr<std::vector<std::pair<DeliveryState, uint64_t>>> CountDeliveries(
      std::string_view connection) const override {
    return CountDeliveriesByState(*db_, memory_->names, connection);
  }
  absl::StatusOr<std::vector<Conflict>> ListConflicts(bool settled,
                                                      const Page& page) const override {
    return ListConflictPage(*db_, memory_->names, settled, page);
  }
  absl::StatusOr<std::optional<Conflict>> GetConflict(uint64_t id) const override {
    return FindConflictById(*db_, memory_->names, id);
  }
  absl::StatusOr<std::vector<Conflict>> OpenConflictsOf(uint64_t record_id) const override {
    return ListOpenConflictsOf(*db_, memory_->names, record_id);
  }
  absl::StatusOr<uint64_t> CountConflicts(std::string_view dataset) const override {
    return CountOpenConflictsOf(*db_, memory_->names, dataset);
  }
  absl::StatusOr<std::vector<Proposal>> ListProposals(bool settled,
                                                      const Page& page) const override {
    return ListProposalPage(*db_, memory_->names, settled, page);
  }
  absl::StatusOr<std::vector<Proposal>> OpenProposalsOf(uint64_t record_id) const override {
    return ListOpenProposalsOf(*db_, memory_->names, record_id);
  }
  absl::StatusOr<std::vector<Double>> ListDoubles(bool settled, const Page& page) const override {
    return ListDoublePage(*db_, settled, page);
  }
  absl::StatusOr<std::vector<Double>> OpenDoublesOf(uint64_t record_id) const override {
    return ListOpenDoublesOf(*db_, record_id);
  }
  absl::StatusOr<std::optional<Double>> GetDouble(uint64_t one, uint64_t other) const override {
    return FindDouble(*db_, one, other);
  }
  absl::StatusOr<std::optional<uint64_t>> MergedInto(uint64_t record_id) const override {
    return FindMergedInto(*db_, record_id);
  }

 protected:
  // Before tables of records and the log are read: a transaction writes what it holds back.
  virtual absl::Status Settle() const { return absl::OkStatus(); }

  Connection* db_;
  const Memory* memory_;
};

}  // namespace entrepot::store
