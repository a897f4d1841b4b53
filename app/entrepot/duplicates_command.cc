// entrepot duplicates, entrepot proposals: records that may be one, and values that owners are
// asked for.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <charconv>

#include "app/entrepot/commands.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::OperationService::Stub;

struct ListOptions {
  bool all = false;
  int limit = 100;
  std::string page;
};

struct PairOptions {
  std::string keep;
  std::string gone;
  std::string request_id;
};

// "17", or "client/C-1".
absl::StatusOr<v1::RecordName> ReadName(const std::string& text) {
  v1::RecordName name;
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc() && end == text.data() + text.size()) {
    name.set_id(id);
    return name;
  }
  const size_t slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size()) {
    return Usage(
        fmt::format("\"{}\" names no record: write its id, as listed, or KIND/KEY like "
                    "client/C-1",
                    text));
  }
  name.set_kind(text.substr(0, slash));
  name.set_key(text.substr(slash + 1));
  return name;
}

// "client C-1 (17)".
std::string Shown(const v1::RecordName& name) {
  return fmt::format("{} {} ({})", name.kind(), name.key(), name.id());
}

std::string StateOf(const v1::Double& pair) {
  switch (pair.state()) {
    case v1::DOUBLE_STATE_OPEN: return "open";
    case v1::DOUBLE_STATE_MERGED: return "merged by " + pair.closed_by();
    case v1::DOUBLE_STATE_DISMISSED: return "two, says " + pair.closed_by();
    case v1::DOUBLE_STATE_GONE: return "one of them is gone";
    default: return "";
  }
}

std::string StateOf(const v1::Proposal& proposal) {
  switch (proposal.state()) {
    case v1::PROPOSAL_STATE_OPEN: return "open";
    case v1::PROPOSAL_STATE_ACCEPTED: return "accepted";
    case v1::PROPOSAL_STATE_DECLINED: return "the owner shows another value";
    case v1::PROPOSAL_STATE_REPLACED: return "replaced";
    default: return "";
  }
}

std::string Value(const std::string& json) { return json.empty() ? "(empty)" : json; }

Outcome ListDuplicates(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListDoublesRequest request;
  request.set_settled(options.all);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(const v1::ListDoublesResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListDoubles, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"RECORD"}, {"MAY BE"}, {"EQUAL IN"}, {"FOUND"}, {"STATE"}});
  for (const v1::Double& pair : response.doubles()) {
    table.Add({Shown(pair.first()), Shown(pair.second()), pair.rule(), Show(pair.found_at()),
               StateOf(pair)});
  }
  session.out.Print(table, "No two records look like one.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

template <typename Ids>
std::string OutsideIds(const Ids& ids) {
  std::vector<std::string> texts;
  for (const v1::OutsideId& id : ids) texts.push_back(id.connection() + " " + id.id());
  return fmt::format("{}", fmt::join(texts, ", "));
}

void Print(const v1::GetDoubleResponse& response, const Output& out) {
  Table fields({{"FIELD"}, {"KEPT"}, {"GONE"}});
  fields.Add({"id", std::to_string(response.keep().id()), std::to_string(response.gone().id())});
  fields.Add({"known as", OutsideIds(response.keep_outside_ids()),
              OutsideIds(response.gone_outside_ids())});
  for (const v1::FieldChange& change : response.differences()) {
    fields.Add({change.field(), Value(change.before()), Value(change.after())});
  }
  out.Print(fields);
  std::vector<std::string> referrers;
  for (const v1::KindCount& count : response.referrers()) {
    referrers.push_back(fmt::format("{} of kind {}", count.records(), count.kind()));
  }
  if (referrers.empty()) return;
  out.Say();
  out.Say(fmt::format("Refer to the one that would be gone: {}", fmt::join(referrers, ", ")));
}

Outcome ShowPair(Session& session, const PairOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetDoubleRequest request;
  ASSIGN_OR_RETURN(*request.mutable_keep(), ReadName(options.keep));
  ASSIGN_OR_RETURN(*request.mutable_gone(), ReadName(options.gone));
  ASSIGN_OR_RETURN(const v1::GetDoubleResponse response,
                   hub->Call<v1::OperationService>(&Stub::GetDouble, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Print(response, session.out);
  }
  return ExitCode::kOk;
}

Outcome Merge(Session& session, const PairOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::MergeDoubleRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  ASSIGN_OR_RETURN(*request.mutable_keep(), ReadName(options.keep));
  ASSIGN_OR_RETURN(*request.mutable_gone(), ReadName(options.gone));
  ASSIGN_OR_RETURN(const v1::MergeDoubleResponse response,
                   Session::Write(hub->Call<v1::OperationService>(&Stub::MergeDouble, request),
                                  request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(fmt::format("merged into {}; {} now refer to it", options.keep,
                                ShowCount(response.rewritten(), "record")));
  }
  return ExitCode::kOk;
}

Outcome Dismiss(Session& session, const PairOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::DismissDoubleRequest request;
  ASSIGN_OR_RETURN(*request.mutable_first(), ReadName(options.keep));
  ASSIGN_OR_RETURN(*request.mutable_second(), ReadName(options.gone));
  ASSIGN_OR_RETURN(const v1::DismissDoubleResponse response,
                   hub->Call<v1::OperationService>(&Stub::DismissDouble, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say("they are two, and are not shown again");
  }
  return ExitCode::kOk;
}

Outcome ListProposals(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListProposalsRequest request;
  request.set_settled(options.all);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(const v1::ListProposalsResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListProposals, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"ID", true}, {"RECORD"}, {"ASKED"}, {"WANTED"}, {"BY"}, {"SINCE"}, {"STATE"}});
  for (const v1::Proposal& proposal : response.proposals()) {
    std::vector<std::string> wanted;
    for (const v1::FieldChange& change : proposal.changes()) {
      wanted.push_back(fmt::format("{}: {}", change.field(), Value(change.after())));
    }
    table.Add({std::to_string(proposal.id()),
               fmt::format("{} {}", proposal.record().kind(), proposal.record().key()),
               proposal.connection(), fmt::format("{}", fmt::join(wanted, ", ")),
               proposal.made_by(), Show(proposal.made_at()), StateOf(proposal)});
  }
  session.out.Print(table, "Nothing is proposed.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

std::shared_ptr<ListOptions> AddListing(CLI::App* command) {
  auto options = std::make_shared<ListOptions>();
  command->add_flag("--all", options->all, "Those that have ended too");
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--page", options->page, "The next page, as the page before names it");
  return options;
}

std::shared_ptr<PairOptions> AddPair(CLI::App* command, const char* first, const char* second) {
  auto options = std::make_shared<PairOptions>();
  command->add_option(first, options->keep, "A record: its id, or KIND/KEY")->required();
  command->add_option(second, options->gone, "Another one of the same kind")->required();
  return options;
}

}  // namespace

void AddDuplicates(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "duplicates", "Records that may be one");

  CLI::App* list = AddCommand(*noun, "list", "Pairs that are open, newest first",
                              "  entrepot duplicates list\n"
                              "  entrepot duplicates list --all    those that have ended too");
  Runs(list, session, AddListing(list), ListDuplicates);

  CLI::App* show = AddCommand(*noun, "show", "Both side by side, and what refers to the second",
                              "  entrepot duplicates show client/C-1 client/C-7");
  Runs(show, session, AddPair(show, "KEEP", "GONE"), ShowPair);

  CLI::App* merge = AddCommand(*noun, "merge", "Makes them one: the first stays",
                               "  entrepot duplicates merge client/C-1 client/C-7\n"
                               "  entrepot duplicates merge 17 23");
  auto merging = AddPair(merge, "KEEP", "GONE");
  merge
      ->add_option("--request-id", merging->request_id,
                   "Repeated with the same id, the first answer comes again (default: a new one)")
      ->type_name("ID");
  Runs(merge, session, merging, Merge);

  CLI::App* dismiss = AddCommand(*noun, "dismiss", "They are two: the pair is not shown again",
                                 "  entrepot duplicates dismiss client/C-1 client/C-7");
  Runs(dismiss, session, AddPair(dismiss, "FIRST", "SECOND"), Dismiss);
}

void AddProposals(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "proposals", "Values that owners are asked for");
  CLI::App* list = AddCommand(*noun, "list", "Those that are open, newest first",
                              "  entrepot proposals list\n"
                              "  entrepot proposals list --all    those that have ended too");
  Runs(list, session, AddListing(list), ListProposals);
}

}  // namespace entrepot::cli
