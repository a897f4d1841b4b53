// Live records by the values that the configuration compares them by, in memory: finds the record
// that a newcomer is, and pairs that may be one. A projection: register it before the store starts.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "core/base/digest.h"
#include "core/domain/match.h"
#include "core/store/projection.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::sync {

// Used on the writer's thread alone, once the store has started; sees what is staged.
class MatchIndex final : public store::Projection {
 public:
  // From the `match` of all datasets. INVALID_ARGUMENT (UNKNOWN_KIND, UNKNOWN_FIELD).
  static absl::StatusOr<std::unique_ptr<MatchIndex>> From(const config::v1::Config& config);

  // Records equal to a body by a dataset's rules ("crm/clients"): `unique` by the first rule that
  // finds just one; else 0 and `several`, all that were found.
  struct Match {
    uint64_t unique = 0;
    std::vector<uint64_t> several;
  };
  Match Find(std::string_view dataset, const google::protobuf::Message& body) const;

  bool Wants(domain::Kind kind) const override { return kinds_.contains(kind); }
  void Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
            const store::Revision& newest) override;
  void Stage(const store::RecordChange& change) override;
  size_t staged() const override { return undo_.size(); }
  void DropTo(size_t count) override;
  void Commit() override { undo_.clear(); }
  // Pairs that the changes since the last call have made equal, and at first those that were
  // loaded.
  std::vector<store::EqualPair> TakeEqual() override { return std::exchange(equal_, {}); }

 private:
  struct Rule {
    domain::Kind kind;
    domain::MatchRule rule;
  };
  using Ids = absl::InlinedVector<uint64_t, 1>;
  struct Undo {
    Digest128 key;
    uint64_t id;
    bool added;
    size_t equal;  // how many pairs there were before
  };

  std::vector<std::pair<Digest128, const Rule*>> KeysOf(
      domain::Kind kind, const google::protobuf::Message& body) const;
  void Add(const Digest128& key, uint64_t id, const Rule& rule);
  void Remove(const Digest128& key, uint64_t id);

  std::map<domain::Kind, std::vector<std::unique_ptr<Rule>>> kinds_;
  std::map<std::string, std::vector<const Rule*>, std::less<>> datasets_;  // in their order
  absl::flat_hash_map<Digest128, Ids> ids_;
  std::vector<Undo> undo_;
  std::vector<store::EqualPair> equal_;
};

}  // namespace entrepot::sync
