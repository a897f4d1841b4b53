#include "core/config/validate.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/absl_view.h"
#include "core/base/key_path.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/config/direction.h"
#include "core/config/options.h"
#include "core/domain/authority.h"
#include "core/domain/currency.h"
#include "core/domain/kind.h"
#include "core/domain/match.h"
#include "core/mapping/record_mapper.h"
#include "core/mapping/text.h"

namespace entrepot::config {
namespace {

using connector::v1::Manifest;
using connector::v1::OptionSpec;
using OptionTexts = google::protobuf::Map<std::string, v1::OptionText>;
using OptionSpecs = google::protobuf::RepeatedPtrField<OptionSpec>;

template <typename T>
std::map<std::string, const T*> Sorted(const google::protobuf::Map<std::string, T>& map) {
  std::map<std::string, const T*> sorted;
  for (const auto& [key, value] : map) sorted[key] = &value;
  return sorted;
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

// Does `path` lie below `above`, or is it the same?
bool LiesIn(std::string_view path, std::string_view above) {
  if (above.empty()) return true;
  if (path.substr(0, above.size()) != above) return false;
  return path.size() == above.size() || path[above.size()] == '.' || path[above.size()] == '[';
}

// What is wrong with the shape of a value makes its meaning wrong too: that is told once.
bool Follows(const Problem& problem, const Problem& earlier) {
  return LiesIn(problem.path, earlier.path) || LiesIn(earlier.path, problem.path);
}

class Validator {
 public:
  Validator(const Manifests& manifests, Loaded* loaded)
      : manifests_(manifests), loaded_(*loaded), config_(loaded->config) {}

  void Run() {
    CheckHub();
    for (const auto& [name, connection] : Sorted(config_.connections())) {
      CheckConnection(ChildPath("connections", name), *connection);
    }
    CheckLogistics();
    for (const auto& [name, authority] : Sorted(config_.authority())) {
      CheckAuthority(ChildPath("authority", name), name, *authority);
    }
  }

 private:
  void Report(std::string path, std::string message) {
    loaded_.Report(std::move(path), std::move(message));
  }
  // At the key instead of its value.
  void ReportKey(const std::string& path, std::string message) {
    const Position at = loaded_.positions.KeyOf(path);
    loaded_.problems.push_back({loaded_.file, at.line, at.column, path, std::move(message)});
  }

  void CheckHub() {
    const v1::Hub& hub = config_.hub();
    environment_.currency = hub.currency();
    if (!absl::LoadTimeZone(hub.time_zone(), &environment_.time_zone)) {
      Report("hub.time_zone",
             fmt::format("there is no time zone {}; expected an IANA name like Europe/Moscow",
                         mapping::Quoted(hub.time_zone())));
    }
    if (const absl::Status status = domain::CheckCurrency(hub.currency()); !status.ok()) {
      Report("hub.currency", MessageOf(status));
    }
    CheckAddress("hub.listen", hub.listen());
  }

  void CheckAddress(const std::string& path, const std::string& address) {
    const size_t colon = address.rfind(':');
    const std::string_view port = colon == std::string::npos
                                      ? std::string_view()
                                      : std::string_view(address).substr(colon + 1);
    const bool digits = !port.empty() && port.size() <= 5 &&
                        port.find_first_not_of("0123456789") == std::string_view::npos;
    if (colon == 0 || !digits || std::stoi(std::string(port)) > 65535) {
      Report(path, fmt::format("{} is not an address; expected host:port like 127.0.0.1:7420",
                               mapping::Quoted(address)));
    }
  }

  void CheckConnection(const std::string& path, const v1::Connection& connection) {
    const absl::StatusOr<Manifest> manifest = manifests_(connection.connector());
    if (!manifest.ok()) Report(ChildPath(path, "connector"), MessageOf(manifest.status()));
    const Manifest* known = manifest.ok() ? &*manifest : nullptr;
    if (known != nullptr) {
      CheckOptions(ChildPath(path, "options"), known->id(), known->options(), connection.options());
    }
    if (connection.has_formats()) CheckFormats(ChildPath(path, "formats"), connection.formats());
    if (connection.datasets().empty()) {
      Report(ChildPath(path, "datasets"), "name at least one dataset");
    }
    std::map<std::string, std::string> written;  // kind to dataset
    for (const auto& [name, dataset] : Sorted(connection.datasets())) {
      const std::string child = ChildPath(ChildPath(path, "datasets"), name);
      if (!CheckDataset(child, known, *dataset)) continue;
      const auto [first, fresh] = written.emplace(dataset->kind(), name);
      if (fresh) continue;
      Report(ChildPath(child, "kind"),
             fmt::format("records of kind {} are written to dataset \"{}\" of this connection "
                         "already; one dataset takes them, so give the other `direction: in`",
                         dataset->kind(), first->second));
    }
  }

  void CheckOptions(const std::string& path, const std::string& connector, const OptionSpecs& specs,
                    const OptionTexts& given) {
    std::vector<std::string> known;
    for (const OptionSpec& spec : specs) {
      known.push_back(spec.name());
      const auto found = given.find(spec.name());
      if (found != given.end()) {
        CheckOption(ChildPath(path, spec.name()), spec, found->second);
      } else if (spec.required()) {
        ReportKey(ChildPath(path, spec.name()),
                  fmt::format("connector {} needs the option \"{}\": {}", connector, spec.name(),
                              spec.description()));
      }
    }
    for (const auto& [name, option] : Sorted(given)) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      ReportKey(ChildPath(path, name),
                fmt::format("connector {} has no option \"{}\" here{}; known are {}", connector,
                            name, DidYouMean(name, known),
                            known.empty() ? "none" : absl::StrJoin(known, ", ")));
    }
  }

  void CheckOption(const std::string& path, const OptionSpec& spec, const v1::OptionText& option) {
    const int given = !option.value().empty() + !option.env().empty() + !option.file().empty();
    if (given > 1) {
      Report(path, "a value is given once: by value, env or file");
      return;
    }
    if (IsByReference(option)) return;
    if (spec.secret()) {
      Report(path,
             "a secret does not stand in the configuration; name where it is, as {env: VARIABLE} "
             "or {file: PATH}");
      return;
    }
    const absl::StatusOr<std::string> converted =
        ConvertOption(spec, option.value(), loaded_.folder);
    if (!converted.ok()) Report(path, MessageOf(converted.status()));
  }

  // True: records are written there.
  bool CheckDataset(const std::string& path, const Manifest* manifest,
                    const v1::DatasetConfig& dataset) {
    const absl::StatusOr<const domain::KindInfo*> kind = domain::FindKind(dataset.kind());
    if (!kind.ok()) Report(ChildPath(path, "kind"), MessageOf(kind.status()) + KnownKinds());
    DirectionCheck direction{.read = true};
    if (manifest != nullptr) {
      CheckOptions(ChildPath(path, "options"), manifest->id(), manifest->dataset_options(),
                   dataset.options());
      direction = CheckDirection(*manifest, kind.ok() ? *kind : nullptr, dataset);
      ReportAll(path, direction.problems);
    }
    if (kind.ok()) CheckMatch(ChildPath(path, "match"), **kind, dataset);
    if (!kind.ok() || !dataset.has_mapping() || !direction.problems.empty()) {
      return direction.written;
    }
    const std::string mapping = ChildPath(path, "mapping");
    const bool sound = CheckMapping(mapping, **kind, dataset.mapping());
    if (sound && direction.written && manifest->takes_rows()) {
      CheckWriting(mapping, **kind, dataset.mapping());
    }
    return direction.written;
  }

  static std::string KnownKinds() {
    std::vector<std::string> names;
    for (const domain::KindInfo& info : domain::Kinds()) names.push_back(info.name);
    return "; known are " + absl::StrJoin(names, ", ");
  }

  // Of a connection: its datasets' mappings have them too, and would repeat each problem.
  void CheckFormats(const std::string& path, const v1::Formats& formats) {
    v1::Mapping mapping;
    *mapping.mutable_formats() = formats;
    for (const mapping::MappingProblem& problem :
         mapping::CheckMapping(domain::Kinds().front(), mapping, environment_)) {
      constexpr std::string_view kFormats = "formats";
      if (problem.path.rfind(kFormats, 0) != 0) continue;
      Report(path + problem.path.substr(kFormats.size()), problem.message);
    }
  }

  // True: it is sound.
  bool CheckMapping(const std::string& path, const domain::KindInfo& kind,
                    const v1::Mapping& mapping) {
    const auto problems = mapping::CheckMapping(kind, mapping, environment_);
    ReportAll(path, problems);
    return problems.empty();
  }

  void CheckWriting(const std::string& path, const domain::KindInfo& kind,
                    const v1::Mapping& mapping) {
    const mapping::WritingCheck check = mapping::CheckWriting(kind, mapping, environment_);
    ReportAll(path, check.problems);
    for (const mapping::MappingProblem& note : check.notes) {
      const std::string full = fmt::format("{}.{}", path, note.path);
      const Position at = loaded_.positions.ValueOf(full);
      loaded_.notes.push_back({loaded_.file, at.line, at.column, full, note.message});
    }
  }

  void ReportAll(const std::string& path, const std::vector<mapping::MappingProblem>& problems) {
    for (const mapping::MappingProblem& problem : problems) {
      const std::string full = fmt::format("{}.{}", path, problem.path);
      const bool inherited = problem.path.rfind("formats", 0) == 0 && !loaded_.positions.Has(full);
      if (inherited) continue;
      if (problem.at_key) {
        ReportKey(full, problem.message);
      } else {
        Report(full, problem.message);
      }
    }
  }

  void CheckLogistics() {
    bool all = false;
    for (int i = 0; i < config_.logistics().responsible_size(); ++i) {
      const v1::ResponsibleRule& rule = config_.logistics().responsible(i);
      const std::string path = ElementPath("logistics.responsible", i);
      if (all) {
        Report(path, "this rule never decides: the one above it fits everything");
        return;
      }
      all = rule.warehouses().empty() && rule.product_groups().empty();
      CheckOnce(ChildPath(path, "warehouses"), rule.warehouses());
      CheckOnce(ChildPath(path, "product_groups"), rule.product_groups());
    }
  }

  void CheckOnce(const std::string& path,
                 const google::protobuf::RepeatedPtrField<std::string>& texts) {
    std::set<std::string> seen;
    for (int i = 0; i < texts.size(); ++i) {
      if (texts[i].empty()) {
        Report(ElementPath(path, i), "must not be empty");
      } else if (!seen.insert(texts[i]).second) {
        Report(ElementPath(path, i), fmt::format("{} is there twice", mapping::Quoted(texts[i])));
      }
    }
  }

  void CheckMatch(const std::string& path, const domain::KindInfo& kind,
                  const v1::DatasetConfig& dataset) {
    if (dataset.match().empty()) return;
    if (kind.bulk || kind.hub_owned) {
      ReportKey(path, fmt::format("records of kind {} are known by their key alone", kind.name));
      return;
    }
    for (int i = 0; i < dataset.match_size(); ++i) {
      const auto& fields = dataset.match(i).fields();
      const auto rule = domain::MatchRule::Compile(kind, {fields.begin(), fields.end()});
      if (!rule.ok()) Report(ElementPath(path, i), MessageOf(rule.status()));
    }
  }

  void CheckAuthority(const std::string& path, const std::string& name,
                      const v1::KindAuthority& authority) {
    const absl::StatusOr<const domain::KindInfo*> kind = domain::FindKind(name);
    if (!kind.ok()) return ReportKey(path, MessageOf(kind.status()) + KnownKinds());
    const domain::KindInfo& info = **kind;
    if (info.hub_owned || info.bulk) {
      return ReportKey(
          path,
          fmt::format("{} of kind {} {}: no authority can be named", "records", info.name,
                      info.hub_owned ? "are made by the hub itself" : "come from one system each"));
    }
    for (const auto& [group, rule] : Sorted(authority.groups())) {
      const std::string at = ChildPath(path, group);
      if (std::find(info.groups.begin(), info.groups.end(), group) == info.groups.end()) {
        ReportKey(at,
                  fmt::format("kind {} has no field group \"{}\"{}; known are {}", info.name, group,
                              DidYouMean(group, info.groups), absl::StrJoin(info.groups, ", ")));
      } else {
        CheckOwner(at, info, group, *rule);
      }
    }
  }

  void CheckOwner(const std::string& path, const domain::KindInfo& kind, const std::string& group,
                  const v1::GroupAuthority& rule) {
    const bool owned = rule.policy() == v1::AUTHORITY_POLICY_OWNER ||
                       rule.policy() == v1::AUTHORITY_POLICY_UNSPECIFIED;
    if (rule.owner().empty()) {
      if (owned) ReportKey(path, "the policy \"owner\" needs an owner: name a connection");
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, connection] : Sorted(config_.connections())) names.push_back(name);
    const auto found = config_.connections().find(rule.owner());
    if (found == config_.connections().end()) {
      Report(ChildPath(path, "owner"),
             fmt::format("there is no connection {}{}; known are {}", mapping::Quoted(rule.owner()),
                         DidYouMean(rule.owner(), names), absl::StrJoin(names, ", ")));
      return;
    }
    const auto group_number = static_cast<int>(
        std::find(kind.groups.begin(), kind.groups.end(), group) - kind.groups.begin());
    for (const auto& [name, dataset] : found->second.datasets()) {
      if (dataset.kind() != kind.name) continue;
      for (const int field : domain::CoveredBy(kind, dataset)) {
        if (kind.group_of[static_cast<size_t>(field)] == group_number) return;
      }
    }
    Report(ChildPath(path, "owner"),
           fmt::format("connection {} has no dataset of kind {} that fills a field of group {}, so "
                       "it cannot own it",
                       mapping::Quoted(rule.owner()), kind.name, group));
  }

  const Manifests& manifests_;
  Loaded& loaded_;
  const v1::Config& config_;
  mapping::Environment environment_;
};

}  // namespace

void Validate(const Manifests& manifests, Loaded* loaded) {
  const std::vector<Problem> first = std::move(loaded->problems);
  loaded->problems.clear();
  Validator(manifests, loaded).Run();
  auto& problems = loaded->problems;
  problems.erase(std::remove_if(problems.begin(), problems.end(),
                                [&first](const Problem& problem) {
                                  return std::any_of(first.begin(), first.end(),
                                                     [&problem](const Problem& earlier) {
                                                       return Follows(problem, earlier);
                                                     });
                                }),
                 problems.end());
  problems.insert(problems.end(), first.begin(), first.end());
  SortProblems(&problems);
  SortProblems(&loaded->notes);
}

absl::StatusOr<mapping::Environment> EnvironmentOf(const v1::Config& config) {
  mapping::Environment environment;
  environment.currency = config.hub().currency();
  if (!absl::LoadTimeZone(config.hub().time_zone(), &environment.time_zone)) {
    return Failure(
        absl::StatusCode::kInvalidArgument, "INVALID_CONFIGURATION",
        fmt::format("hub.time_zone: there is no time zone \"{}\"", config.hub().time_zone()));
  }
  return environment;
}

}  // namespace entrepot::config
