// What those who run the hub ask of the store: status, records and their history, runs, what is
// parked and what is dead. Translates the store's books into the messages of operation_service.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/store/store.h"
#include "core/sync/scheduler.h"
#include "entrepot/v1/operation_service.pb.h"

namespace entrepot::api {

class Operation {
 public:
  // Both outlive it. `reactions` are the names of readers of the log beside the sinks.
  Operation(store::Store& store, sync::Scheduler& scheduler, absl::Time started_at,
            std::vector<std::string> reactions)
      : store_(store),
        scheduler_(scheduler),
        started_at_(started_at),
        reactions_(std::move(reactions)) {}

  // Errors of all: as operation_service.proto says, and those of Store::Read.
  absl::StatusOr<v1::GetStatusResponse> GetStatus() const;
  absl::StatusOr<v1::ListRunsResponse> ListRuns(const v1::ListRunsRequest& request) const;
  absl::StatusOr<v1::ListRecordsResponse> ListRecords(const v1::ListRecordsRequest& request) const;
  absl::StatusOr<v1::GetRecordResponse> GetRecord(const v1::GetRecordRequest& request) const;
  absl::StatusOr<v1::GetHistoryResponse> GetHistory(const v1::GetHistoryRequest& request) const;
  absl::StatusOr<v1::TraceResponse> Trace(const v1::TraceRequest& request) const;
  absl::StatusOr<v1::ListParkedItemsResponse> ListParkedItems(
      const v1::ListParkedItemsRequest& request) const;
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const v1::ListDeadLettersRequest& request) const;
  absl::StatusOr<v1::GetDeadLetterResponse> GetDeadLetter(
      const v1::GetDeadLetterRequest& request) const;
  absl::StatusOr<v1::EditDeadLetterResponse> EditDeadLetter(
      const v1::EditDeadLetterRequest& request, std::string_view actor);
  // All of them, or none where one is not there.
  absl::StatusOr<v1::DiscardDeadLettersResponse> DiscardDeadLetters(
      const v1::DiscardDeadLettersRequest& request, std::string_view actor);

 private:
  store::Store& store_;
  sync::Scheduler& scheduler_;
  const absl::Time started_at_;
  const std::vector<std::string> reactions_;
};

}  // namespace entrepot::api
