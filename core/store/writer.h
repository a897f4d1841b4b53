// The writer's thread: takes works from two queues, groups interactive ones into one commit with a
// savepoint each, and thins what is older than its retention when nobody waits.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/store/database.h"
#include "core/store/door.h"
#include "core/store/log_watch.h"
#include "core/store/memory.h"
#include "core/store/store.h"

namespace entrepot::store {

class WriteTransaction;

class Writer {
 public:
  // All outlive the writer.
  Writer(Connection* db, Memory* memory, LogWatch* watch, const StoreOptions& options);
  ~Writer() { Stop(); }

  void Start();
  void Stop();

  // See Store.
  void Submit(Store::Work work, Store::Done done);
  absl::Status Run(Store::Work work);
  absl::Status RunBulk(Store::Work work);
  absl::Status Thin();
  Store::Waiting waiting();

 private:
  using Steady = std::chrono::steady_clock;
  struct Task {
    Store::Work work;
    Store::Done done;
    Steady::time_point since;
  };
  enum class Next { kStop, kInteractive, kBulk, kThin };

  absl::Status Refusal(size_t waiting) const;
  absl::Status Await(std::deque<Task>* queue, size_t waiting_max, Store::Work work);
  bool OnOwnThread() const { return std::this_thread::get_id() == thread_.get_id(); }

  void Loop();
  Next WaitForNext(std::vector<Task>* tasks);
  void RefuseTheRest();
  void RunGroup(std::vector<Task> tasks);
  // Each in a savepoint. False: the transaction is lost, as it is when the disk is full.
  bool RunEach(std::vector<Task>& tasks, std::vector<absl::Status>* results);
  absl::Status RunAlone(const Store::Work& work);
  absl::Status Call(const Store::Work& work);
  absl::Status NoteEqual(WriteTransaction& transaction, absl::Time now);
  absl::Status Commit();
  void Abandon(const Memory::Mark& mark);
  absl::StatusOr<int> ThinStep();
  void ThinOnce();

  Connection* db_;
  Memory* memory_;
  LogWatch* watch_;
  const StoreOptions& options_;

  // The thread's own.
  WriteBuffers buffers_;
  Door door_;
  Head saved_head_;
  std::vector<int64_t> saved_live_;
  Steady::time_point thin_due_;
  absl::Time sweep_due_ = absl::InfinitePast();
  uint64_t swept_ = 0;

  std::atomic<int> interactive_waiting_{0};
  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable thinned_;
  std::deque<Task> interactive_;
  std::deque<Task> bulk_;
  uint64_t thin_wanted_ = 0;
  uint64_t thin_done_ = 0;
  absl::Status thin_status_;
  bool stopping_ = false;
  bool started_ = false;
  std::thread thread_;
};

}  // namespace entrepot::store
