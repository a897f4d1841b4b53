// entrepot conflicts: where two systems show different values, and the decision between them.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/names.h"
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

struct ConflictOptions {
  uint64_t id = 0;
  std::string keep;
  std::string request_id;
};

// "client C-1".
std::string RecordOf(const v1::Conflict& conflict) {
  return fmt::format("{} {}", conflict.record().kind(), conflict.record().key());
}

// How it stands, for people.
std::string StateOf(const v1::Conflict& conflict) {
  switch (conflict.state()) {
    case v1::CONFLICT_STATE_OPEN: return "open";
    case v1::CONFLICT_STATE_AGREED: return "both agree";
    case v1::CONFLICT_STATE_KEPT_HUB: return "kept the hub's, by " + conflict.closed_by();
    case v1::CONFLICT_STATE_TOOK_THEIRS: return "took theirs, by " + conflict.closed_by();
    case v1::CONFLICT_STATE_REPLACED: return "shows another value since";
    default: return "";
  }
}

// Why the value did not become the record's.
std::string ReasonOf(const v1::Conflict& conflict) {
  switch (conflict.policy()) {
    case v1::CONFLICT_POLICY_OWNER: return conflict.owner() + " owns it";
    case v1::CONFLICT_POLICY_LATEST: return "the hub's is newer";
    case v1::CONFLICT_POLICY_HOLD: return "both sides changed it";
    default: return "";
  }
}

std::string Shown(const std::string& json) { return json.empty() ? "(empty)" : json; }

// "name: "Bolts" here, "Nuts" there".
std::string DifferenceOf(const v1::Conflict& conflict) {
  if (conflict.deleted_there()) return "deleted there";
  if (conflict.deleted_here()) return "deleted here";
  if (conflict.fields().empty()) return "";
  const v1::ConflictField& first = conflict.fields(0);
  std::string text = fmt::format("{}: {} here, {} there", first.field(), Shown(first.hub()),
                                 Shown(first.theirs()));
  if (conflict.fields_size() > 1) text += fmt::format(" and {} more", conflict.fields_size() - 1);
  return text;
}

Outcome List(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListConflictsRequest request;
  request.set_settled(options.all);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(const v1::ListConflictsResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListConflicts, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"ID", true}, {"RECORD"}, {"GROUP"}, {"SHOWN BY"}, {"VALUES"}, {"WHY"}, {"STATE"}});
  for (const v1::Conflict& conflict : response.conflicts()) {
    table.Add({std::to_string(conflict.id()), RecordOf(conflict), conflict.group(),
               conflict.dataset(), DifferenceOf(conflict), ReasonOf(conflict), StateOf(conflict)});
  }
  session.out.Print(table, "There are no conflicts.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

void Print(const v1::Conflict& conflict, const Output& out) {
  Table facts = Table::OfFields();
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.Add({name, value});
  };
  add("conflict", std::to_string(conflict.id()));
  add("record", RecordOf(conflict));
  add("group", conflict.group());
  add("shown by", fmt::format("{} as {}", conflict.dataset(), conflict.outside_id()));
  add("why", ReasonOf(conflict));
  add("since", Show(conflict.raised_at()));
  if (conflict.times() > 1) {
    add("shown last", fmt::format("{}, {} times", Show(conflict.seen_at()), conflict.times()));
  }
  add("state", StateOf(conflict));
  if (conflict.has_closed_at()) add("ended", Show(conflict.closed_at()));
  if (conflict.deleted_there()) add("there", "the record is deleted");
  if (conflict.deleted_here()) add("here", "the record is deleted");
  out.Print(facts);
  if (conflict.fields().empty()) return;
  out.Say();
  Table fields({{"FIELD"}, {"HUB"}, {"THEIRS"}, {"HUB'S SINCE"}, {"BY"}});
  for (const v1::ConflictField& field : conflict.fields()) {
    fields.Add({field.field(), Shown(field.hub()), Shown(field.theirs()),
                field.has_hub_changed_at() ? Show(field.hub_changed_at()) : "",
                field.hub_origin()});
  }
  out.Print(fields);
}

Outcome ShowOne(Session& session, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetConflictRequest request;
  request.set_id(options.id);
  ASSIGN_OR_RETURN(const v1::GetConflictResponse response,
                   hub->Call<v1::OperationService>(&Stub::GetConflict, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Print(response.conflict(), session.out);
  }
  return ExitCode::kOk;
}

Outcome Resolve(Session& session, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ResolveConflictRequest request;
  request.set_request_id(Session::RequestId(options.request_id));
  request.set_id(options.id);
  request.set_keep(options.keep == "hub" ? v1::KEEP_HUB : v1::KEEP_THEIRS);
  ASSIGN_OR_RETURN(const v1::ResolveConflictResponse response,
                   Session::Write(hub->Call<v1::OperationService>(&Stub::ResolveConflict, request),
                                  request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(fmt::format("conflict {}: {}", options.id, StateOf(response.conflict())));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddConflicts(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "conflicts", "Where two systems show different values");

  CLI::App* list = AddCommand(*noun, "list", "Those that are open, newest first",
                              "  entrepot conflicts list\n"
                              "  entrepot conflicts list --all    those that have ended too");
  auto listing = std::make_shared<ListOptions>();
  list->add_flag("--all", listing->all, "Those that have ended too");
  list->add_option("--limit", listing->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  list->add_option("--page", listing->page, "The next page, as the page before names it");
  Runs(list, session, listing, List);

  CLI::App* show =
      AddCommand(*noun, "show", "Both sides, field by field", "  entrepot conflicts show 7");
  auto showing = std::make_shared<ConflictOptions>();
  show->add_option("ID", showing->id, "As listed")->required();
  Runs(show, session, showing, ShowOne);

  CLI::App* resolve = AddCommand(*noun, "resolve", "Decides whose value is kept",
                                 "  entrepot conflicts resolve 7 --keep hub\n"
                                 "  entrepot conflicts resolve 7 --keep theirs");
  auto resolving = std::make_shared<ConflictOptions>();
  resolve->add_option("ID", resolving->id, "As listed")->required();
  resolve->add_option("--keep", resolving->keep, "hub or theirs")
      ->required()
      ->check(CLI::IsMember({"hub", "theirs"}).description(""));
  resolve
      ->add_option("--request-id", resolving->request_id,
                   "To repeat a decision whose answer was lost (default: a new one)")
      ->type_name("TEXT");
  Runs(resolve, session, resolving, Resolve);
}

}  // namespace entrepot::cli
