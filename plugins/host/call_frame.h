// The host's side of one call into a connector: the memory for its answer, the reason of its
// failure, whether it is cancelled. The functions of the host table work on it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/abi/entrepot_connector.h"

namespace entrepot::host {

// Memory for the answers of one connection, reused from call to call so that a batch costs no fresh
// pages. Not thread-safe: CallFrame guards it.
class AnswerMemory {
 public:
  // Null: `bytes_max` for the call would be passed, or there is no memory.
  uint8_t* Allocate(size_t size, size_t bytes_max);
  // Does the view lie in memory that Allocate gave since Reset?
  bool Holds(entrepot_view view) const;
  // Starts a new call: what was given before is void.
  void Reset();

 private:
  struct Block {
    std::unique_ptr<uint8_t[]> bytes;
    size_t size = 0;
    size_t capacity = 0;
  };
  Block first_;                // kept between calls
  std::vector<Block> others_;  // of this call
  size_t total_ = 0;
};

}  // namespace entrepot::host

// The ABI's opaque type, completed. Lives on the stack of the call; its functions may be used by
// any thread until the call returns.
struct entrepot_call {
  entrepot_call(entrepot::host::AnswerMemory* memory, size_t answer_bytes_max)
      : memory(memory), answer_bytes_max(answer_bytes_max) {}

  std::atomic<bool> cancelled{false};
  std::mutex mutex;  // guards what follows
  entrepot::host::AnswerMemory* memory;
  size_t answer_bytes_max;
  bool allocation_refused = false;
  std::string reason;
  int64_t retry_after_ms = -1;
};

namespace entrepot::host {

// `alloc` and `fail` of the host table.
uint8_t* AllocateAnswer(entrepot_call* call, size_t size) noexcept;
entrepot_status NoteFailure(entrepot_call* call, entrepot_status status, entrepot_view message,
                            int64_t retry_after_ms) noexcept;

inline std::string_view TextOf(entrepot_view view) {
  return {reinterpret_cast<const char*>(view.data), view.data == nullptr ? 0 : view.size};
}
inline entrepot_view ViewOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace entrepot::host
