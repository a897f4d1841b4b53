#include "core/api/operation_api.h"

#include <vector>

#include "core/base/status_macros.h"

namespace entrepot::api {

grpc::ServerUnaryReactor* OperationApi::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest* request,
                                                  v1::GetStatusResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto&, const Caller&) { return operation_.GetStatus(); });
}

grpc::ServerUnaryReactor* OperationApi::ListConnections(grpc::CallbackServerContext* context,
                                                        const v1::ListConnectionsRequest* request,
                                                        v1::ListConnectionsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto&, const Caller&) { return scheduler_.ListConnections(); });
}

grpc::ServerUnaryReactor* OperationApi::PauseConnection(grpc::CallbackServerContext* context,
                                                        const v1::PauseConnectionRequest* request,
                                                        v1::PauseConnectionResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked,
                       const Caller& caller) -> absl::StatusOr<v1::PauseConnectionResponse> {
                  v1::PauseConnectionResponse answer;
                  ASSIGN_OR_RETURN(*answer.mutable_connection(),
                                   scheduler_.Pause(asked.name(), caller.actor));
                  return answer;
                });
}

grpc::ServerUnaryReactor* OperationApi::ResumeConnection(grpc::CallbackServerContext* context,
                                                         const v1::ResumeConnectionRequest* request,
                                                         v1::ResumeConnectionResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked,
                       const Caller& caller) -> absl::StatusOr<v1::ResumeConnectionResponse> {
                  v1::ResumeConnectionResponse answer;
                  ASSIGN_OR_RETURN(*answer.mutable_connection(),
                                   scheduler_.Resume(asked.name(), caller.actor));
                  return answer;
                });
}

grpc::ServerWriteReactor<v1::SyncResponse>* OperationApi::Sync(grpc::CallbackServerContext* context,
                                                               const v1::SyncRequest* request) {
  if (absl::StatusOr<Caller> caller = entrance_.access->Admit(*context); !caller.ok()) {
    return new RefusedStream<v1::SyncResponse>(caller.status());
  }
  return syncs_.Sync(*request);
}

grpc::ServerWriteReactor<v1::PlanResponse>* OperationApi::Plan(grpc::CallbackServerContext* context,
                                                               const v1::PlanRequest* request) {
  if (absl::StatusOr<Caller> caller = entrance_.access->Admit(*context); !caller.ok()) {
    return new RefusedStream<v1::PlanResponse>(caller.status());
  }
  return syncs_.Plan(*request);
}

grpc::ServerWriteReactor<v1::VerifyResponse>* OperationApi::Verify(
    grpc::CallbackServerContext* context, const v1::VerifyRequest* request) {
  if (absl::StatusOr<Caller> caller = entrance_.access->Admit(*context); !caller.ok()) {
    return new RefusedStream<v1::VerifyResponse>(caller.status());
  }
  return syncs_.Verify(*request);
}

grpc::ServerUnaryReactor* OperationApi::ListRuns(grpc::CallbackServerContext* context,
                                                 const v1::ListRunsRequest* request,
                                                 v1::ListRunsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return operation_.ListRuns(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ListRecords(grpc::CallbackServerContext* context,
                                                    const v1::ListRecordsRequest* request,
                                                    v1::ListRecordsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return operation_.ListRecords(asked); });
}

grpc::ServerUnaryReactor* OperationApi::GetRecord(grpc::CallbackServerContext* context,
                                                  const v1::GetRecordRequest* request,
                                                  v1::GetRecordResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kQuick,
                [this](const auto& asked, const Caller&) { return operation_.GetRecord(asked); });
}

grpc::ServerUnaryReactor* OperationApi::GetHistory(grpc::CallbackServerContext* context,
                                                   const v1::GetHistoryRequest* request,
                                                   v1::GetHistoryResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return operation_.GetHistory(asked); });
}

grpc::ServerUnaryReactor* OperationApi::Trace(grpc::CallbackServerContext* context,
                                              const v1::TraceRequest* request,
                                              v1::TraceResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return operation_.Trace(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ListParkedItems(grpc::CallbackServerContext* context,
                                                        const v1::ListParkedItemsRequest* request,
                                                        v1::ListParkedItemsResponse* response) {
  return Answer(
      entrance_, context, request, response, Cost::kMayWait,
      [this](const auto& asked, const Caller&) { return operation_.ListParkedItems(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ListDeadLetters(grpc::CallbackServerContext* context,
                                                        const v1::ListDeadLettersRequest* request,
                                                        v1::ListDeadLettersResponse* response) {
  return Answer(
      entrance_, context, request, response, Cost::kMayWait,
      [this](const auto& asked, const Caller&) { return operation_.ListDeadLetters(asked); });
}

grpc::ServerUnaryReactor* OperationApi::GetDeadLetter(grpc::CallbackServerContext* context,
                                                      const v1::GetDeadLetterRequest* request,
                                                      v1::GetDeadLetterResponse* response) {
  return Answer(
      entrance_, context, request, response, Cost::kQuick,
      [this](const auto& asked, const Caller&) { return operation_.GetDeadLetter(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ReplayDeadLetters(
    grpc::CallbackServerContext* context, const v1::ReplayDeadLettersRequest* request,
    v1::ReplayDeadLettersResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) {
                  const std::vector<uint64_t> ids(asked.ids().begin(), asked.ids().end());
                  return scheduler_.Replay(ids, asked.force());
                });
}

grpc::ServerUnaryReactor* OperationApi::EditDeadLetter(grpc::CallbackServerContext* context,
                                                       const v1::EditDeadLetterRequest* request,
                                                       v1::EditDeadLetterResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return operation_.EditDeadLetter(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OperationApi::DiscardDeadLetters(
    grpc::CallbackServerContext* context, const v1::DiscardDeadLettersRequest* request,
    v1::DiscardDeadLettersResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return operation_.DiscardDeadLetters(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OperationApi::ListConflicts(grpc::CallbackServerContext* context,
                                                      const v1::ListConflictsRequest* request,
                                                      v1::ListConflictsResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return conflicts_.List(asked); });
}

grpc::ServerUnaryReactor* OperationApi::GetConflict(grpc::CallbackServerContext* context,
                                                    const v1::GetConflictRequest* request,
                                                    v1::GetConflictResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return conflicts_.Get(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ResolveConflict(grpc::CallbackServerContext* context,
                                                        const v1::ResolveConflictRequest* request,
                                                        v1::ResolveConflictResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return conflicts_.Resolve(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OperationApi::ListProposals(grpc::CallbackServerContext* context,
                                                      const v1::ListProposalsRequest* request,
                                                      v1::ListProposalsResponse* response) {
  return Answer(
      entrance_, context, request, response, Cost::kMayWait,
      [this](const auto& asked, const Caller&) { return identity_.ListProposals(asked); });
}

grpc::ServerUnaryReactor* OperationApi::ListDoubles(grpc::CallbackServerContext* context,
                                                    const v1::ListDoublesRequest* request,
                                                    v1::ListDoublesResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return identity_.ListDoubles(asked); });
}

grpc::ServerUnaryReactor* OperationApi::GetDouble(grpc::CallbackServerContext* context,
                                                  const v1::GetDoubleRequest* request,
                                                  v1::GetDoubleResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller&) { return identity_.GetDouble(asked); });
}

grpc::ServerUnaryReactor* OperationApi::MergeDouble(grpc::CallbackServerContext* context,
                                                    const v1::MergeDoubleRequest* request,
                                                    v1::MergeDoubleResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return identity_.MergeDouble(asked, caller.actor);
                });
}

grpc::ServerUnaryReactor* OperationApi::DismissDouble(grpc::CallbackServerContext* context,
                                                      const v1::DismissDoubleRequest* request,
                                                      v1::DismissDoubleResponse* response) {
  return Answer(entrance_, context, request, response, Cost::kMayWait,
                [this](const auto& asked, const Caller& caller) {
                  return identity_.DismissDouble(asked, caller.actor);
                });
}

}  // namespace entrepot::api
