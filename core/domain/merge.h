// Who speaks for which field: merging what a dataset covers into what is there, and the digests by
// which its next reading is compared. Fields are named by their index in the kind's descriptor.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/domain/kind.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

// Makes the covered fields of `target` those of `incoming`: absent there means cleared, and
// repeated fields are replaced whole. Empty `covers`: all fields. Both are of one kind.
void MergeCovered(const google::protobuf::Message& incoming, std::span<const int> covers,
                  google::protobuf::Message* target);

// Those of `covers` (empty: of all fields) that belong to one of the groups.
std::vector<int> CoveredOfGroups(const KindInfo& kind, std::span<const int> covers,
                                 std::span<const int> groups);

// Digests of what a dataset covers, one for each authority group of the kind: equal digests mean
// equal covered fields. 0 stands for a group of which nothing is covered, and for nothing else.
// A change of `covers` changes the digests, so that what is newly covered is looked at once.
// Thread-compatible: one instance is used by one thread at a time.
class GroupDigester {
 public:
  // Empty `covers`: all fields. `kind` must outlive it.
  GroupDigester(const KindInfo& kind, std::span<const int> covers);

  // `digests` becomes kind.groups.size() long.
  void Digest(const google::protobuf::Message& body, std::vector<uint64_t>* digests);
  // Of a kind with a single group, as all bulk kinds are.
  uint64_t DigestOfOnly(const google::protobuf::Message& body);

 private:
  struct Group {
    std::vector<const google::protobuf::FieldDescriptor*> foreign;  // fields that do not count
    uint64_t seed = 0;  // from the covered fields; 0: none is
  };

  uint64_t DigestOf(const google::protobuf::Message& body, const Group& group);

  const KindInfo& kind_;
  std::vector<Group> groups_;
  std::string bytes_;  // kept to save allocations
};

}  // namespace entrepot::domain
