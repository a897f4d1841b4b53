#include "core/store/store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/durable_file.h"
#include "core/store/file_lock.h"
#include "core/store/memory.h"
#include "core/store/migrations.h"
#include "core/store/snapshot_pool.h"
#include "core/store/writer.h"

namespace entrepot::store {
namespace {

constexpr int kWriterCacheKib = 32 * 1024;

absl::Status FolderError(const std::filesystem::path& path, const std::string& reason) {
  return Failure(absl::StatusCode::kUnavailable, "STORE_IO",
                 fmt::format("the data folder {} cannot be used ({}): check its path, owner and "
                             "permissions",
                             path.string(), reason));
}

absl::Status MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0) return FolderError(folder, std::strerror(errno));
  return absl::OkStatus();
}

// SQLite would give it the umask's permissions; its WAL gets those of the file.
absl::Status MakeFile(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return FolderError(file, std::strerror(errno));
  close(descriptor);
  return absl::OkStatus();
}

}  // namespace

struct Store::Impl {
  Impl(const StoreOptions& given, FileLock taken, std::unique_ptr<Connection> connection)
      : options(given),
        lock(std::move(taken)),
        db(std::move(connection)),
        watch(std::make_shared<LogWatch>()),
        pool(db->file(), &memory),
        writer(db.get(), &memory, watch.get(), options) {}

  const StoreOptions options;
  FileLock lock;
  std::unique_ptr<Connection> db;
  Memory memory;
  std::shared_ptr<LogWatch> watch;
  SnapshotPool pool;
  Writer writer;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() { Stop(); }

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options) {
  RETURN_IF_ERROR(MakeFolder(options.folder));
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Take(options.folder / "entrepot.lock"));
  const std::filesystem::path file = options.folder / "entrepot.db";
  RETURN_IF_ERROR(MakeFile(file));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                   Connection::Open(file, Connection::Mode::kReadWrite, kWriterCacheKib));
  RETURN_IF_ERROR(Migrate(*db, Migrations()));
  return std::unique_ptr<Store>(
      new Store(std::make_unique<Impl>(options, std::move(lock), std::move(db))));
}

void Store::AddProjection(Projection* projection) {
  impl_->memory.projections.push_back(projection);
}

absl::Status Store::Start() {
  RETURN_IF_ERROR(impl_->memory.Load(*impl_->db));
  impl_->watch->Publish(impl_->memory.head.seq);
  impl_->writer.Start();
  return absl::OkStatus();
}

void Store::Stop() {
  impl_->writer.Stop();
  impl_->watch->Close();
}

absl::Status Store::Write(Work work) { return impl_->writer.Run(std::move(work)); }

void Store::WriteAsync(Work work, Done done) {
  impl_->writer.Submit(std::move(work), std::move(done));
}

absl::Status Store::WriteBulk(Work work) { return impl_->writer.RunBulk(std::move(work)); }

absl::Status Store::Thin() { return impl_->writer.Thin(); }

absl::StatusOr<Snapshot> Store::Read() const { return impl_->pool.Take(); }

std::optional<uint64_t> Store::ResolveBinding(std::string_view connection, domain::Kind kind,
                                              std::string_view outside_id) const {
  return impl_->memory.bindings.Resolve(connection, kind, outside_id);
}

std::optional<uint64_t> Store::ResolveKeyText(domain::Kind kind, std::string_view text) const {
  return impl_->memory.bindings.ResolveKeyText(kind, text);
}

uint64_t Store::identity_generation() const { return impl_->memory.bindings.generation(); }

uint64_t Store::log_head() const { return impl_->watch->head(); }

uint64_t Store::WaitForLog(uint64_t after, absl::Time deadline) const {
  return impl_->watch->Wait(after, deadline - impl_->options.clock->Now());
}

std::shared_ptr<void> Store::OnCommit(std::function<void(uint64_t head)> callback) {
  return impl_->watch->Subscribe(std::move(callback));
}

Store::Waiting Store::waiting() const { return impl_->writer.waiting(); }

const Epoch& Store::epoch() const { return impl_->memory.epoch; }

uint64_t Store::FileBytes() const { return StoreBytes(impl_->db->file()); }

}  // namespace entrepot::store
