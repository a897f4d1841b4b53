// entrepot.v1.OperationService: for those who run the hub. Thread-safe.
#pragma once

#include "core/api/call.h"
#include "core/api/conflicts.h"
#include "core/api/identity.h"
#include "core/api/operation.h"
#include "core/api/sync_calls.h"
#include "core/sync/scheduler.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::api {

class OperationApi final : public v1::OperationService::CallbackService {
 public:
  // All outlive it.
  OperationApi(const Entrance& entrance, Operation& operation, Conflicts& conflicts,
               Identity& identity, sync::Scheduler& scheduler, SyncCalls& syncs)
      : entrance_(entrance),
        operation_(operation),
        conflicts_(conflicts),
        identity_(identity),
        scheduler_(scheduler),
        syncs_(syncs) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* ListConnections(grpc::CallbackServerContext* context,
                                            const v1::ListConnectionsRequest* request,
                                            v1::ListConnectionsResponse* response) override;
  grpc::ServerUnaryReactor* PauseConnection(grpc::CallbackServerContext* context,
                                            const v1::PauseConnectionRequest* request,
                                            v1::PauseConnectionResponse* response) override;
  grpc::ServerUnaryReactor* ResumeConnection(grpc::CallbackServerContext* context,
                                             const v1::ResumeConnectionRequest* request,
                                             v1::ResumeConnectionResponse* response) override;
  grpc::ServerWriteReactor<v1::SyncResponse>* Sync(grpc::CallbackServerContext* context,
                                                   const v1::SyncRequest* request) override;
  grpc::ServerWriteReactor<v1::PlanResponse>* Plan(grpc::CallbackServerContext* context,
                                                   const v1::PlanRequest* request) override;
  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(grpc::CallbackServerContext* context,
                                                       const v1::VerifyRequest* request) override;
  grpc::ServerUnaryReactor* ListRuns(grpc::CallbackServerContext* context,
                                     const v1::ListRunsRequest* request,
                                     v1::ListRunsResponse* response) override;
  grpc::ServerUnaryReactor* ListRecords(grpc::CallbackServerContext* context,
                                        const v1::ListRecordsRequest* request,
                                        v1::ListRecordsResponse* response) override;
  grpc::ServerUnaryReactor* GetRecord(grpc::CallbackServerContext* context,
                                      const v1::GetRecordRequest* request,
                                      v1::GetRecordResponse* response) override;
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const v1::GetHistoryRequest* request,
                                       v1::GetHistoryResponse* response) override;
  grpc::ServerUnaryReactor* Trace(grpc::CallbackServerContext* context,
                                  const v1::TraceRequest* request,
                                  v1::TraceResponse* response) override;
  grpc::ServerUnaryReactor* ListParkedItems(grpc::CallbackServerContext* context,
                                            const v1::ListParkedItemsRequest* request,
                                            v1::ListParkedItemsResponse* response) override;
  grpc::ServerUnaryReactor* ListDeadLetters(grpc::CallbackServerContext* context,
                                            const v1::ListDeadLettersRequest* request,
                                            v1::ListDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* GetDeadLetter(grpc::CallbackServerContext* context,
                                          const v1::GetDeadLetterRequest* request,
                                          v1::GetDeadLetterResponse* response) override;
  grpc::ServerUnaryReactor* ReplayDeadLetters(grpc::CallbackServerContext* context,
                                              const v1::ReplayDeadLettersRequest* request,
                                              v1::ReplayDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* EditDeadLetter(grpc::CallbackServerContext* context,
                                           const v1::EditDeadLetterRequest* request,
                                           v1::EditDeadLetterResponse* response) override;
  grpc::ServerUnaryReactor* DiscardDeadLetters(grpc::CallbackServerContext* context,
                                               const v1::DiscardDeadLettersRequest* request,
                                               v1::DiscardDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* ListConflicts(grpc::CallbackServerContext* context,
                                          const v1::ListConflictsRequest* request,
                                          v1::ListConflictsResponse* response) override;
  grpc::ServerUnaryReactor* GetConflict(grpc::CallbackServerContext* context,
                                        const v1::GetConflictRequest* request,
                                        v1::GetConflictResponse* response) override;
  grpc::ServerUnaryReactor* ResolveConflict(grpc::CallbackServerContext* context,
                                            const v1::ResolveConflictRequest* request,
                                            v1::ResolveConflictResponse* response) override;
  grpc::ServerUnaryReactor* ListProposals(grpc::CallbackServerContext* context,
                                          const v1::ListProposalsRequest* request,
                                          v1::ListProposalsResponse* response) override;
  grpc::ServerUnaryReactor* ListDoubles(grpc::CallbackServerContext* context,
                                        const v1::ListDoublesRequest* request,
                                        v1::ListDoublesResponse* response) override;
  grpc::ServerUnaryReactor* GetDouble(grpc::CallbackServerContext* context,
                                      const v1::GetDoubleRequest* request,
                                      v1::GetDoubleResponse* response) override;
  grpc::ServerUnaryReactor* MergeDouble(grpc::CallbackServerContext* context,
                                        const v1::MergeDoubleRequest* request,
                                        v1::MergeDoubleResponse* response) override;
  grpc::ServerUnaryReactor* DismissDouble(grpc::CallbackServerContext* context,
                                          const v1::DismissDoubleRequest* request,
                                          v1::DismissDoubleResponse* response) override;

 private:
  const Entrance& entrance_;
  Operation& operation_;
  Conflicts& conflicts_;
  Identity& identity_;
  sync::Scheduler& scheduler_;
  SyncCalls& syncs_;
};

}  // namespace entrepot::api
