// What a connector is to the core. plugins/host implements it for loaded plugins; tests implement
// it in memory. Requests and answers are the messages of entrepot.connector.v1.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sync/source_batch.h"
#include "entrepot/connector/v1/connector.pb.h"

namespace entrepot::sync {

// One open connection. The core serialises all calls but Interrupt. Errors: UNAVAILABLE (try
// later), RESOURCE_EXHAUSTED (rate limit), PERMISSION_DENIED, INVALID_ARGUMENT (configuration),
// DATA_LOSS (it answered nonsense), CANCELLED (interrupted), UNIMPLEMENTED, INTERNAL.
class Connector {
 public:
  virtual ~Connector() = default;  // closes
  virtual const connector::Manifest& manifest() const = 0;
  virtual absl::Status Check(connector::CheckResponse* response) = 0;
  virtual absl::Status Discover(connector::DiscoverResponse* response) = 0;
  virtual absl::Status Read(const connector::ReadRequest& request,
                            connector::ReadResponse* response) = 0;
  // The same call, its answer in the form for many rows. `batch` is empty after an error.
  virtual absl::Status ReadBatch(const connector::ReadRequest& request, SourceBatch* batch);
  // Waits for something to read; as the contract says. UNIMPLEMENTED unless manifest().waits().
  virtual absl::Status Wait(const connector::WaitRequest& request,
                            connector::WaitResponse* response);
  virtual absl::Status Apply(const connector::ApplyRequest& request,
                             connector::ApplyResponse* response) = 0;
  virtual absl::Status Find(const connector::FindRequest& request,
                            connector::FindResponse* response) = 0;
  virtual absl::Status List(const connector::ListRequest& request,
                            connector::ListResponse* response) = 0;
  // Any thread, any time: the running call returns CANCELLED soon.
  virtual void Interrupt() = 0;
};

// Opens connections by connector id. Thread-safe.
class Connectors {
 public:
  virtual ~Connectors() = default;
  // NOT_FOUND (CONNECTOR_NOT_FOUND) that names the known ones.
  virtual absl::StatusOr<connector::Manifest> Describe(const std::string& id) = 0;
  // INVALID_ARGUMENT names the option; the rest as Connector.
  virtual absl::StatusOr<std::unique_ptr<Connector>> Open(
      const std::string& id, const connector::OpenRequest& request) = 0;
};

}  // namespace entrepot::sync
