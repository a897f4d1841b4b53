// Whose value stands: the configuration's rules by kind and field group, and which fields of a
// group they are about.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/kind.h"
#include "entrepot/config/v1/config.pb.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

enum class Policy {
  kNone,    // nothing is configured: the last writer's value stands
  kOwner,   // the owner's value stands
  kLatest,  // the newest value stands
  kHold,    // where both sides changed it, both stay as they are until a person decides
};

struct GroupRule {
  Policy policy = Policy::kNone;
  std::string owner;  // a connection; empty: none
  // Fields of the group that the rule is about, by index in the descriptor: those that the owner
  // covers, or all of them where there is no owner.
  std::vector<int> fields;
};

// Immutable but for NoteSink, which comes before other threads read it.
class Authority {
 public:
  Authority() = default;
  // Of a configuration without mistakes; names that are not known are left out.
  static Authority From(const config::v1::Config& config);

  // Is anything configured for the kind?
  bool Rules(Kind kind) const { return rules_.contains(kind); }
  // One rule for each group of the kind; empty where nothing is configured.
  std::span<const GroupRule> RulesOf(Kind kind) const;

  // The connection takes records of the kind.
  void NoteSink(std::string_view connection, Kind kind) { sinks_.emplace(connection, kind); }
  bool IsSink(std::string_view connection, Kind kind) const {
    return sinks_.contains(std::pair(std::string(connection), kind));
  }

 private:
  std::map<Kind, std::vector<GroupRule>> rules_;
  std::set<std::pair<std::string, Kind>> sinks_;
};

// The fields, by index, that a dataset speaks for: those that it names, or maps, or all.
std::vector<int> CoveredBy(const KindInfo& kind, const config::v1::DatasetConfig& dataset);

// Have both the same values in these fields? Absent is a value.
bool SameFields(const google::protobuf::Message& a, const google::protobuf::Message& b,
                std::span<const int> fields);
// Those of `fields` in which they differ.
std::vector<int> DifferingFields(const google::protobuf::Message& a,
                                 const google::protobuf::Message& b, std::span<const int> fields);
// Clears all other fields.
void KeepOnly(std::span<const int> fields, google::protobuf::Message* body);

}  // namespace entrepot::domain
