#include "plugins/host/call_frame.h"

#include <functional>
#include <new>
#include <utility>

namespace entrepot::host {
namespace {

// A connection keeps no more than this between calls.
constexpr size_t kKeptBytesMax = 16u << 20;
// A connector's reason longer than this is cut before it is cleaned.
constexpr size_t kReasonBytesMax = 64u << 10;

}  // namespace

uint8_t* AnswerMemory::Allocate(size_t size, size_t bytes_max) {
  if (size > bytes_max || total_ > bytes_max - size) return nullptr;
  const size_t wanted = size == 0 ? 1 : size;
  if (first_.size == 0) {
    if (first_.capacity < wanted) {
      // A quarter more, so that batches of nearly the same size do not allocate again and again.
      const size_t capacity = wanted + wanted / 4;
      first_ = {};
      first_.bytes.reset(new (std::nothrow) uint8_t[capacity]);
      if (!first_.bytes) return nullptr;
      first_.capacity = capacity;
    }
    first_.size = wanted;
    total_ += size;
    return first_.bytes.get();
  }
  Block block{std::unique_ptr<uint8_t[]>(new (std::nothrow) uint8_t[wanted]), wanted, wanted};
  if (!block.bytes) return nullptr;
  total_ += size;
  others_.push_back(std::move(block));
  return others_.back().bytes.get();
}

bool AnswerMemory::Holds(entrepot_view view) const {
  const auto inside = [&](const Block& block) {
    const uint8_t* begin = block.bytes.get();
    return begin != nullptr && !std::less<>()(view.data, begin) && view.size <= block.size &&
           static_cast<size_t>(view.data - begin) <= block.size - view.size;
  };
  if (inside(first_)) return true;
  for (const Block& block : others_) {
    if (inside(block)) return true;
  }
  return false;
}

void AnswerMemory::Reset() {
  others_.clear();
  total_ = 0;
  first_.size = 0;
  if (first_.capacity > kKeptBytesMax) first_ = {};
}

uint8_t* AllocateAnswer(entrepot_call* call, size_t size) noexcept {
  try {
    const std::lock_guard lock(call->mutex);
    uint8_t* memory = call->memory->Allocate(size, call->answer_bytes_max);
    call->allocation_refused = call->allocation_refused || memory == nullptr;
    return memory;
  } catch (...) {
    return nullptr;
  }
}

entrepot_status NoteFailure(entrepot_call* call, entrepot_status status, entrepot_view message,
                            int64_t retry_after_ms) noexcept {
  try {
    const std::lock_guard lock(call->mutex);
    call->reason = TextOf(message).substr(0, kReasonBytesMax);
    call->retry_after_ms = retry_after_ms;
  } catch (...) {
    // The status alone must do.
  }
  return status;
}

}  // namespace entrepot::host
