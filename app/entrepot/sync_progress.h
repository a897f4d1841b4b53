// What a person sees of a sync under way: on a terminal one line that changes in place, and a line
// that stays for each dataset and sink that has ended; elsewhere only the latter. One thread.
#pragma once

#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "app/entrepot/session.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {

class SyncProgress {
 public:
  explicit SyncProgress(bool terminal) : terminal_(terminal) {}

  void Show(const v1::SyncResponse& event);
  // Without showing it: for scripts, which print events themselves.
  void Note(const v1::SyncResponse& event);
  // The sum over all; to be called when the stream has ended well.
  void ShowSum();
  // Takes the line in place away.
  void ClearLine();

  // Something needs a person: dead letters, rejected deliveries, an error.
  bool partly() const { return partly_; }

 private:
  void ShowRun(const v1::Run& run);
  void ShowSink(const v1::SinkProgress& sink);
  void DrawLine();

  const bool terminal_;
  bool partly_ = false;
  std::map<std::string, std::string> running_;  // by dataset or sink: how far it is
  v1::Run sum_;
};

// Calls what syncs, shows its progress until it ends, and what of it needs a person.
template <typename Request>
Outcome FollowSync(Session& session,
                   std::unique_ptr<grpc::ClientReader<v1::SyncResponse>> (
                       v1::OperationService::Stub::*method)(grpc::ClientContext*, const Request&),
                   const Request& request) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  const bool json = session.out.json();
  SyncProgress progress(!json && isatty(STDOUT_FILENO));
  const absl::Status status = hub->Stream<v1::OperationService, Request, v1::SyncResponse>(
      method, request, [&](const v1::SyncResponse& event) {
        if (json) {
          session.out.JsonLine(event);
          progress.Note(event);
        } else {
          progress.Show(event);
        }
        return true;
      });
  if (!json) progress.ClearLine();
  RETURN_IF_ERROR(status);
  if (!json) progress.ShowSum();
  if (!progress.partly()) return ExitCode::kOk;
  session.out.Hint(
      "Some of it needs a person: see 'entrepot dead-letters list' and 'entrepot runs'");
  return ExitCode::kPartly;
}

}  // namespace entrepot::cli
