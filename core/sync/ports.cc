#include "core/sync/ports.h"

namespace entrepot::sync {

absl::Status Connector::ReadBatch(const connector::ReadRequest& request, SourceBatch* batch) {
  batch->Clear();
  connector::ReadResponse response;
  absl::Status status = Read(request, &response);
  if (status.ok() && !batch->DecodeHead(response.SerializeAsString())) {
    return absl::InternalError("what it read is no ReadResponse in UTF-8");
  }
  return status;
}

absl::Status Connector::Wait(const connector::WaitRequest&, connector::WaitResponse*) {
  return absl::UnimplementedError("it cannot wait for changes");
}

}  // namespace entrepot::sync
