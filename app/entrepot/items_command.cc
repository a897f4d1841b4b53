// entrepot parked, entrepot dead-letters: rows that wait for another record, and what needs a
// person.
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
  std::string dataset;
  int limit = 100;
  std::string page;
};

struct LetterOptions {
  std::vector<uint64_t> ids;
  bool force = false;
};

// "stock.csv:12:5".
std::string Place(const v1::ItemSource& source) {
  std::string place = source.location();
  if (source.line() != 0) place += fmt::format(":{}", source.line());
  if (source.line() != 0 && source.column() != 0) place += fmt::format(":{}", source.column());
  return place;
}

Outcome Parked(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListParkedItemsRequest request;
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(const v1::ListParkedItemsResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListParkedItems, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"DATASET"}, {"OUTSIDE ID"}, {"WAITS FOR"}, {"SINCE"}, {"FROM"}, {"ROW"}});
  for (const v1::ParkedItem& item : response.items()) {
    table.Add({item.source().dataset(), item.source().outside_id(), item.waits_for(),
               Show(item.parked_at()), Place(item.source()), item.source().raw()});
  }
  session.out.Print(table, "Nothing is parked.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

Outcome ListLetters(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListDeadLettersRequest request;
  request.set_dataset(options.dataset);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  ASSIGN_OR_RETURN(const v1::ListDeadLettersResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListDeadLetters, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  Table table({{"ID", true}, {"DATASET"}, {"FROM"}, {"FIELD"}, {"REASON"}});
  for (const v1::DeadLetter& letter : response.dead_letters()) {
    table.Add({std::to_string(letter.id()), letter.source().dataset(), Place(letter.source()),
               letter.field(), letter.reason()});
  }
  session.out.Print(table, "There are no dead letters.");
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

// Its cells; where a person has changed some, as they came beside as they are.
void PrintCells(const v1::DeadLetter& letter, const Output& out) {
  if (letter.cells().empty()) return;
  const bool edited = !letter.edited_by().empty();
  Table table =
      edited ? Table({{"COLUMN"}, {"VALUE"}, {"AS IT CAME"}}) : Table({{"COLUMN"}, {"VALUE"}});
  for (const v1::DeadLetterCell& cell : letter.cells()) {
    const std::string value = cell.has_value() ? cell.value() : "(none)";
    if (!edited) {
      table.Add({cell.column(), value});
    } else if (!cell.changed()) {
      table.Add({cell.column(), value, ""});
    } else {
      table.Add({cell.column(), value, cell.has_original() ? cell.original() : "(none)"});
    }
  }
  out.Say();
  out.Print(table);
}

void PrintLetter(const v1::DeadLetter& letter, Names* names, const Output& out) {
  Table table = Table::OfFields();
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) table.Add({name, value});
  };
  add("dead letter", std::to_string(letter.id()));
  add("dataset", letter.source().dataset());
  add("outside id", letter.source().outside_id());
  add("from", Place(letter.source()));
  add("field", letter.field());
  add("reason", letter.reason());
  add("row", letter.source().raw());
  add("since", Show(letter.died_at()));
  add("replays", letter.replays() == 0 ? "" : std::to_string(letter.replays()));
  add("record", names->Key(letter.record_id()));
  add("edited by", letter.edited_by());
  add("edited at", letter.edited_by().empty() ? "" : Show(letter.edited_at()));
  out.Print(table);
  PrintCells(letter, out);
}

Outcome ShowLetter(Session& session, const LetterOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetDeadLetterRequest request;
  request.set_id(options.ids.front());
  ASSIGN_OR_RETURN(const v1::GetDeadLetterResponse response,
                   hub->Call<v1::OperationService>(&Stub::GetDeadLetter, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Names names(*hub);
    PrintLetter(response.dead_letter(), &names, session.out);
  }
  return ExitCode::kOk;
}

Outcome Replay(Session& session, const LetterOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ReplayDeadLettersRequest request;
  request.mutable_ids()->Add(options.ids.begin(), options.ids.end());
  request.set_force(options.force);
  ASSIGN_OR_RETURN(const v1::ReplayDeadLettersResponse response,
                   hub->Call<v1::OperationService>(&Stub::ReplayDeadLetters, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(
        fmt::format("{} applied, {} parked, {} dead again, {} refused because newer "
                    "data was applied since",
                    response.applied(), response.parked(), response.dead(), response.refused()));
  }
  return response.dead() + response.refused() == 0 ? ExitCode::kOk : ExitCode::kPartly;
}

Outcome Discard(Session& session, const LetterOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::DiscardDeadLettersRequest request;
  request.mutable_ids()->Add(options.ids.begin(), options.ids.end());
  ASSIGN_OR_RETURN(const v1::DiscardDeadLettersResponse response,
                   hub->Call<v1::OperationService>(&Stub::DiscardDeadLetters, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(ShowCount(response.discarded(), "dead letter") + " discarded");
  }
  return ExitCode::kOk;
}

std::shared_ptr<ListOptions> AddPage(CLI::App* command) {
  auto options = std::make_shared<ListOptions>();
  command->add_option("--limit", options->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--page", options->page, "The next page, as the page before names it");
  return options;
}

}  // namespace

void AddParked(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "parked", "Rows that wait for a record that has not come",
                                 "  entrepot parked");
  Runs(command, session, AddPage(command), Parked);
}

void AddDeadLetters(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "dead-letters", "Rows and deliveries that need a person");

  CLI::App* list = AddCommand(*noun, "list", "All of them, or those of a dataset",
                              "  entrepot dead-letters list\n"
                              "  entrepot dead-letters list warehouse/stock");
  auto listing = AddPage(list);
  list->add_option("DATASET", listing->dataset, "As 'warehouse/stock' (default: all)");
  Runs(list, session, listing, ListLetters);

  CLI::App* show = AddCommand(*noun, "show", "One with its raw row and the reason",
                              "  entrepot dead-letters show 7");
  auto showing = std::make_shared<LetterOptions>();
  show->add_option("ID", showing->ids, "As listed")->required()->expected(1);
  Runs(show, session, showing, ShowLetter);

  AddEditLetter(*noun, session);

  CLI::App* replay =
      AddCommand(*noun, "replay", "Sends them through the door again, with today's mapping",
                 "  entrepot dead-letters replay            all\n"
                 "  entrepot dead-letters replay 7 8\n"
                 "  entrepot dead-letters replay 7 --force  although newer data was applied\n"
                 "Ends with 5 when some are dead again or were refused.");
  auto replaying = std::make_shared<LetterOptions>();
  replay->add_option("ID", replaying->ids, "As listed (default: all)");
  replay->add_flag("--force", replaying->force, "Apply although newer data came for the same key");
  Runs(replay, session, replaying, Replay);

  CLI::App* discard =
      AddCommand(*noun, "discard", "Drops them for good", "  entrepot dead-letters discard 7 8");
  auto discarding = std::make_shared<LetterOptions>();
  discard->add_option("ID", discarding->ids, "As listed")->required();
  Runs(discard, session, discarding, Discard);
}

}  // namespace entrepot::cli
