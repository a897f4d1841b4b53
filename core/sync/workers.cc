#include "core/sync/workers.h"

#include <chrono>
#include <exception>
#include <utility>

#include "core/base/log.h"

namespace entrepot::sync {
namespace {

// The door at which exceptions of libraries stop.
void Guarded(const std::string& name, const std::function<void(std::stop_token)>& work,
             std::stop_token stop) {
  try {
    work(std::move(stop));
  } catch (const std::exception& error) {
    log::Error("a thread ended with an exception", {{"thread", name}, {"error", error.what()}});
  }
}

}  // namespace

void Workers::Start(std::string name, std::function<void(std::stop_token)> work) {
  Worker worker{.name = name, .done = std::make_shared<bool>(false)};
  {
    std::lock_guard lock(shared_->mutex);
    ++shared_->running;
  }
  worker.thread = std::thread([shared = shared_, done = worker.done, name = std::move(name),
                               work = std::move(work), stop = worker.stop.get_token()]() mutable {
    Guarded(name, work, stop);
    work = nullptr;  // what it kept alive goes before the end is told
    std::lock_guard lock(shared->mutex);
    *done = true;
    --shared->running;
    shared->ended.notify_all();
  });
  workers_.push_back(std::move(worker));
}

std::vector<std::string> Workers::End(absl::Duration time, const std::function<void()>& prod) {
  for (Worker& worker : workers_) worker.stop.request_stop();
  const absl::Time deadline = absl::Now() + time;
  std::unique_lock lock(shared_->mutex);
  while (shared_->running > 0 && absl::Now() < deadline) {
    lock.unlock();
    prod();
    lock.lock();
    shared_->ended.wait_for(lock, std::chrono::milliseconds(20),
                            [&] { return shared_->running == 0; });
  }
  std::vector<std::string> left;
  std::vector<std::thread> ended;
  for (Worker& worker : workers_) {
    if (*worker.done) {
      ended.push_back(std::move(worker.thread));
    } else {
      left.push_back(worker.name);
      worker.thread.detach();
    }
  }
  workers_.clear();
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
  return left;
}

}  // namespace entrepot::sync
