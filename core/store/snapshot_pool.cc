#include "core/store/snapshot_pool.h"

#include "core/base/status_macros.h"
#include "core/store/change_log.h"
#include "core/store/disk_reader.h"

namespace entrepot::store {
namespace {

constexpr size_t kIdleMax = 16;
constexpr int kCacheKib = 2048;
constexpr char kBeginSql[] = "BEGIN";
constexpr char kEndSql[] = "ROLLBACK";

class SnapshotReader final : public DiskReader<Reader> {
 public:
  SnapshotReader(std::unique_ptr<Connection> connection, std::shared_ptr<SnapshotPool::Idle> idle,
                 const Memory* memory)
      : DiskReader(connection.get(), memory),
        connection_(std::move(connection)),
        idle_(std::move(idle)) {}

  ~SnapshotReader() override {
    const bool ended = connection_->Prepare(kEndSql).Run().ok();
    // A connection that met an error is not used again.
    if (!ended || !connection_->failure().ok()) return;
    const std::lock_guard lock(idle_->mutex);
    if (idle_->connections.size() < kIdleMax) {
      idle_->connections.push_back(std::move(connection_));
    }
  }

 private:
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<SnapshotPool::Idle> idle_;
};

}  // namespace

absl::StatusOr<Snapshot> SnapshotPool::Take() const {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakeConnection());
  RETURN_IF_ERROR(connection->Prepare(kBeginSql).Run());
  // The first read fixes the view.
  ASSIGN_OR_RETURN([[maybe_unused]] const Head head, LoadHead(*connection));
  return std::make_unique<SnapshotReader>(std::move(connection), idle_, memory_);
}

absl::StatusOr<std::unique_ptr<Connection>> SnapshotPool::TakeConnection() const {
  {
    const std::lock_guard lock(idle_->mutex);
    if (!idle_->connections.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_->connections.back());
      idle_->connections.pop_back();
      return connection;
    }
  }
  return Connection::Open(file_, Connection::Mode::kReadOnly, kCacheKib);
}

}  // namespace entrepot::store
