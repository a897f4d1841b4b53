#include "core/sync/ports.h"

namespace entrepot::sync {

absl::Status Connector::ReadBatch(const connector::ReadRequest& request, SourceBatch* batch) {
  batch->Clear();
  connector::ReadResponse response;
  absl::Status status = Read(request, &response);
  if (status.ok()) batch->Assign(response);
  return status;
}

absl::Status Connector::Wait(const connector::WaitRequest&, connector::WaitResponse*) {
  return absl::UnimplementedError("it cannot wait for changes");
}

}  // namespace entrepot::sync
