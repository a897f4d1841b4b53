// Checks of a sink, dataset by dataset. They write sample records to the outside system.
#include <fmt/core.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/status_macros.h"
#include "plugins/conformance/checks.h"
#include "plugins/conformance/samples.h"

namespace entrepot::conformance {
namespace {

// Unique over runs, so that what an earlier run wrote is not in the way.
std::string NewNumber(int index) {
  return fmt::format("CONF-{}-{}-{}", absl::ToUnixMillis(absl::Now()), getpid(), index);
}

// An outcome that is the connector's right; the check cannot go on from there.
absl::Status Declined(const std::string& why) { return absl::UnavailableError(why); }
bool IsDeclined(const absl::Status& status) { return absl::IsUnavailable(status); }

Verdict VerdictOfSink(const absl::Status& status) {
  return IsDeclined(status) ? Skip(std::string(status.message())) : VerdictOf(status);
}

// Applies and expects each item to be applied. The answer's outside ids are noted in the items.
absl::Status Apply(Driver& driver, const Context& context, const contract::Dataset& dataset,
                   std::vector<contract::ApplyItem>* items) {
  contract::ApplyRequest request;
  request.set_dataset(dataset.name());
  for (const contract::ApplyItem& item : *items) *request.add_items() = item;
  if (context.manifest.takes_rows()) {
    AddRows(context.subject.sample_rows.at(dataset.name()), &request);
  }
  contract::ApplyResponse answer;
  const Outcome outcome = driver.Call(driver.table().apply, request, &answer);
  if (!outcome.ok()) return absl::InternalError("apply: " + outcome.Text());
  if (answer.results_size() != request.items_size()) {
    return absl::InternalError(fmt::format("apply gives {} results for {} items",
                                           answer.results_size(), request.items_size()));
  }
  for (int i = 0; i < answer.results_size(); ++i) {
    const contract::ApplyResult& result = answer.results(i);
    if (result.outcome() == contract::APPLY_OUTCOME_APPLIED) {
      (*items)[static_cast<size_t>(i)].set_outside_id(result.outside_id());
      continue;
    }
    const std::string said =
        fmt::format("{}: {}", contract::ApplyOutcome_Name(result.outcome()), result.message());
    if (result.message().empty()) return absl::InternalError(said + "a sentence is missing");
    if (result.outcome() == contract::APPLY_OUTCOME_REFUSED) {
      return Declined("it refused the suite's sample: " + result.message());
    }
    return absl::InternalError(said);
  }
  return absl::OkStatus();
}

absl::StatusOr<contract::FindResponse> Find(Driver& driver, const contract::Dataset& dataset,
                                            const std::vector<std::string>& keys) {
  contract::FindRequest request;
  request.set_dataset(dataset.name());
  for (const std::string& key : keys) request.add_items()->set_correlation_key(key);
  contract::FindResponse answer;
  const Outcome outcome = driver.Call(driver.table().find, request, &answer);
  if (!outcome.ok()) return absl::InternalError("find: " + outcome.Text());
  if (answer.results_size() != request.items_size()) {
    return absl::InternalError(fmt::format("find gives {} results for {} items",
                                           answer.results_size(), request.items_size()));
  }
  return answer;
}

// Expects find to hold `key` at `revision`, or at one that it does not tell.
absl::Status ExpectFound(Driver& driver, const contract::Dataset& dataset, const std::string& key,
                         uint64_t revision) {
  ASSIGN_OR_RETURN(const contract::FindResponse found, Find(driver, dataset, {key}));
  const contract::FindResult& result = found.results(0);
  if (!result.found()) return absl::InternalError(fmt::format("find does not see {}", key));
  if (result.revision() != 0 && result.revision() != revision) {
    return absl::InternalError(
        fmt::format("find sees revision {} of {}, not {}", result.revision(), key, revision));
  }
  return absl::OkStatus();
}

absl::Status AppliesAndFinds(Session& session, const Context& context,
                             const contract::Dataset& dataset) {
  std::vector<contract::ApplyItem> items;
  for (int i = 0; i < 3; ++i) items.push_back(SampleItem(dataset.kind(), NewNumber(i), 1));
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &items));
  if (!context.manifest.finds()) return absl::OkStatus();
  const std::string unknown = NewNumber(99);
  ASSIGN_OR_RETURN(const contract::FindResponse found,
                   Find(session.driver(), dataset,
                        {items[2].correlation_key(), unknown, items[0].correlation_key()}));
  if (found.results(1).found()) return absl::InternalError("find sees what was never applied");
  if (!found.results(0).found() || !found.results(2).found()) {
    return absl::InternalError("find does not see what was applied");
  }
  if (found.results(2).outside_id() != items[0].outside_id()) {
    return absl::InternalError(fmt::format("apply gave the outside id '{}' and find '{}'",
                                           items[0].outside_id(), found.results(2).outside_id()));
  }
  return absl::OkStatus();
}

// A batch without items is nothing to do.
absl::Status TakesAnEmptyBatch(Session& session, const Context& context,
                               const contract::Dataset& dataset) {
  std::vector<contract::ApplyItem> none;
  return Apply(session.driver(), context, dataset, &none);
}

absl::Status IsDurable(Session& session, const Context& context, const contract::Dataset& dataset) {
  if (!context.manifest.finds()) return Declined("it has no 'find' to look with");
  std::vector<contract::ApplyItem> items = {SampleItem(dataset.kind(), NewNumber(0), 1)};
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &items));
  RETURN_IF_ERROR(session.Reopen());
  return ExpectFound(session.driver(), dataset, items[0].correlation_key(), 1);
}

absl::StatusOr<size_t> CountListed(Session& session, const contract::Dataset& dataset,
                                   const std::string& outside_id) {
  contract::ListRequest request;
  request.set_dataset(dataset.name());
  request.set_items_max(1000);
  contract::ListResponse answer;
  size_t count = 0;
  do {
    const Outcome outcome = session.driver().Call(session.table().list, request, &answer);
    if (!outcome.ok()) return absl::InternalError("list: " + outcome.Text());
    for (const contract::ListItem& item : answer.items()) {
      count += item.outside_id() == outside_id ? 1 : 0;
    }
    request.set_page_token(answer.next_page_token());
  } while (!answer.next_page_token().empty());
  return count;
}

absl::Status AppliesTwiceAsOnce(Session& session, const Context& context,
                                const contract::Dataset& dataset) {
  std::vector<contract::ApplyItem> items = {SampleItem(dataset.kind(), NewNumber(0), 1)};
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &items));
  // As after a lost answer: the hub does not know the outside id yet.
  std::vector<contract::ApplyItem> again = items;
  again[0].clear_outside_id();
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &again));
  if (again[0].outside_id() != items[0].outside_id()) {
    return absl::InternalError(fmt::format("the outside id was '{}' first and '{}' then",
                                           items[0].outside_id(), again[0].outside_id()));
  }
  if (context.manifest.finds()) {
    RETURN_IF_ERROR(ExpectFound(session.driver(), dataset, items[0].correlation_key(), 1));
  }
  if (session.table().list == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const size_t count, CountListed(session, dataset, items[0].outside_id()));
  if (count == 1) return absl::OkStatus();
  return absl::InternalError(fmt::format("it is there {} times", count));
}

absl::Status BringsToANewerRevision(Session& session, const Context& context,
                                    const contract::Dataset& dataset) {
  const std::string number = NewNumber(0);
  std::vector<contract::ApplyItem> first = {SampleItem(dataset.kind(), number, 1)};
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &first));
  std::vector<contract::ApplyItem> second = {SampleItem(dataset.kind(), number, 2)};
  second[0].set_outside_id(first[0].outside_id());
  if (context.manifest.append_only()) *second[0].mutable_replaces() = first[0].record();
  RETURN_IF_ERROR(Apply(session.driver(), context, dataset, &second));
  if (!context.manifest.finds()) return absl::OkStatus();
  return ExpectFound(session.driver(), dataset, number, 2);
}

absl::Status RefusesTruncatedBatch(Session& session, const Context&,
                                   const contract::Dataset& dataset) {
  contract::ApplyRequest request;
  request.set_dataset(dataset.name());
  *request.add_items() = SampleItem(dataset.kind(), NewNumber(0), 1);
  std::string bytes = request.SerializeAsString();
  bytes.resize(bytes.size() / 2);
  const Outcome outcome = session.driver().CallBytes(session.table().apply, bytes, nullptr);
  if (outcome.status >= 0) return absl::InternalError("apply accepts a batch that is cut off");
  return absl::OkStatus();
}

}  // namespace

std::vector<Check> SinkChecks(const Context& context, const contract::Dataset& dataset) {
  using Function = absl::Status (*)(Session&, const Context&, const contract::Dataset&);
  const std::pair<const char*, Function> table[] = {
      {"applies, and finds what it applied and nothing else", AppliesAndFinds},
      {"takes an empty batch", TakesAnEmptyBatch},
      {"applied is durable", IsDurable},
      {"applied twice is applied once", AppliesTwiceAsOnce},
      {"brings a record to a newer revision", BringsToANewerRevision},
      {"refuses a truncated batch", RefusesTruncatedBatch},
  };
  std::vector<Check> checks;
  for (const auto& [name, function] : table) {
    checks.push_back({fmt::format("sink '{}': {}", dataset.name(), name), [=, function = function] {
                        const auto& rows = context.subject.sample_rows;
                        if (context.manifest.takes_rows() && rows.count(dataset.name()) == 0) {
                          return Skip("it takes rows and no sample row was given");
                        }
                        auto session = Session::Open(context);
                        if (!session.ok()) return VerdictOf(session.status());
                        return VerdictOfSink(function(**session, context, dataset));
                      }});
  }
  return checks;
}

}  // namespace entrepot::conformance
