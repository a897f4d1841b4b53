// Read connections, kept open between snapshots. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/database.h"
#include "core/store/memory.h"
#include "core/store/snapshot.h"

namespace entrepot::store {

class SnapshotPool {
 public:
  SnapshotPool(std::filesystem::path file, const Memory* memory)
      : idle_(std::make_shared<Idle>()), file_(std::move(file)), memory_(memory) {}

  // A view of the last commit; `memory` must outlive it.
  absl::StatusOr<Snapshot> Take() const;

  struct Idle {
    std::mutex mutex;
    std::vector<std::unique_ptr<Connection>> connections;
  };

 private:
  absl::StatusOr<std::unique_ptr<Connection>> TakeConnection() const;

  std::shared_ptr<Idle> idle_;  // shared with snapshots, which bring their connection back
  std::filesystem::path file_;
  const Memory* memory_;
};

}  // namespace entrepot::store
