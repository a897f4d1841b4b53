// Names of connections, datasets and origins as small numbers. New ones are given by the writer in
// its transaction; names of committed rows are read on any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "core/store/database.h"

namespace entrepot::store {

class Names {
 public:
  absl::Status Load(Connection& connection);

  // The writer: the name's number, a new one if need be.
  absl::StatusOr<uint32_t> Intern(Connection& connection, std::string_view text);
  // 0: there is none.
  uint32_t Find(std::string_view text) const;
  // Empty: no such number.
  std::string TextOf(uint32_t id) const;

  // The writer: forgets those given after the first `count`, for they were rolled back.
  size_t count() const;
  void DropTo(size_t count);

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> texts_;                       // [id - 1]; addresses stay
  std::unordered_map<std::string_view, uint32_t> ids_;  // views into texts_
  // What Intern found last: a run asks for the same name with every row.
  std::string last_text_;
  uint32_t last_id_ = 0;
};

}  // namespace entrepot::store
