// Outside ids and keys by which other records refer to one: on disk, and in memory for the mapping
// stage, which asks millions of times a second on its own thread and sees committed ones only.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/domain/kind.h"
#include "core/store/database.h"
#include "core/store/names.h"

namespace entrepot::store {

class Bindings {
 public:
  explicit Bindings(Names* names) : names_(names) {}

  absl::Status Load(Connection& connection);
  void LoadKeyText(domain::Kind kind, std::string_view text, uint64_t record_id);

  // Any thread: what is committed.
  std::optional<uint64_t> Resolve(std::string_view connection, domain::Kind kind,
                                  std::string_view outside_id) const;
  std::optional<uint64_t> ResolveKeyText(domain::Kind kind, std::string_view text) const;

  // The writer: what is committed and staged.
  std::optional<uint64_t> Find(std::string_view connection, domain::Kind kind,
                               std::string_view outside_id) const;
  std::optional<uint64_t> FindKeyText(domain::Kind kind, std::string_view text) const;
  absl::Status Bind(Connection& db, std::string_view connection, domain::Kind kind,
                    std::string_view outside_id, uint64_t record_id);
  // Whatever outside id meant `gone` means `kept`, with its bases, whose keys are foreign then.
  absl::Status Move(Connection& db, domain::Kind kind, uint64_t gone, uint64_t kept);
  absl::Status Unbind(Connection& db, std::string_view connection, domain::Kind kind,
                      std::string_view outside_id);
  // record_id 0: the text is no key any more.
  void SetKeyText(domain::Kind kind, std::string_view text, uint64_t record_id);
  // One more whenever an outside id or a key comes to mean another record than before, or none:
  // what was once resolved may be resolved anew. Any thread.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  void NextGeneration() {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    staged_generation_ = true;
  }
  size_t staged() const { return staged_.size(); }
  void DropTo(size_t count);
  void Commit();

 private:
  bool ChangesMeaning(domain::Kind kind, std::string_view outside_id, uint64_t record_id,
                      std::optional<uint64_t> bound) const;
  std::optional<uint64_t> FindStagedFirst(const Digest128& key) const;
  std::optional<uint64_t> FindCommitted(const Digest128& key) const;
  void Stage(const Digest128& key, uint64_t record_id);

  Names* names_;
  std::atomic<uint64_t> generation_ = 1;
  // Begun by what is staged: another one begins with the commit, when others see it.
  bool staged_generation_ = false;
  mutable std::shared_mutex mutex_;
  absl::flat_hash_map<Digest128, uint64_t> committed_;
  // The writer's alone: in order, and the newest of each key.
  std::vector<std::pair<Digest128, uint64_t>> staged_;
  absl::flat_hash_map<Digest128, uint64_t> newest_;
};

// The same questions of a connection's own view.
absl::StatusOr<std::optional<uint64_t>> FindBindingOnDisk(Connection& db, const Names& names,
                                                          std::string_view connection,
                                                          domain::Kind kind,
                                                          std::string_view outside_id);
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> BindingsOfRecord(
    Connection& db, const Names& names, uint64_t record_id);

}  // namespace entrepot::store
