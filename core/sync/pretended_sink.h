// A sink that takes everything and does nothing: in a rehearsal it stands in for the outside.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/sync/ports.h"

namespace entrepot::sync {

// Told what would have been sent, on the caller's thread.
using OnApply = std::function<absl::Status(const connector::ApplyRequest&)>;

// Opens pretended sinks with a real connector's manifest. Thread-compatible.
class PretendedSinks final : public Connectors {
 public:
  PretendedSinks(connector::Manifest manifest, OnApply on_apply)
      : manifest_(std::move(manifest)), on_apply_(std::move(on_apply)) {}

  absl::StatusOr<connector::Manifest> Describe(const std::string&) override { return manifest_; }
  absl::StatusOr<std::unique_ptr<Connector>> Open(const std::string&,
                                                  const connector::OpenRequest&) override;

 private:
  const connector::Manifest manifest_;
  const OnApply on_apply_;
};

}  // namespace entrepot::sync
