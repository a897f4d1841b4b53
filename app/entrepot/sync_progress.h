// What a person sees of a sync under way: on a terminal one line that changes in place, and a line
// that stays for each dataset and sink that has ended; elsewhere only the latter. One thread.
#pragma once

#include <map>
#include <string>

#include "app/entrepot/session.h"
#include "entrepot/v1/operation_service.pb.h"

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

// Syncs, shows its progress until it ends, and what of it needs a person.
Outcome FollowSync(Session& session, const v1::SyncRequest& request);

}  // namespace entrepot::cli
