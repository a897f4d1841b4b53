// entrepot dead-letters edit: a person's corrections of a row, by option or in an editor.
#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "app/entrepot/commands.h"
#include "app/entrepot/scratch_folder.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::OperationService::Stub;

struct EditOptions {
  uint64_t id = 0;
  std::vector<std::string> set;
  std::vector<std::string> unset;
  bool editor = false;
};

constexpr char kHelpInFile[] =
    "# One column a line: its name, a colon, its value. Lines that are taken out leave the column\n"
    "# as it is; \"name:\" alone is an empty value. Save and leave the editor to apply.\n";

absl::Status AddSet(const std::string& text, v1::EditDeadLetterRequest* request) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Usage(fmt::format("--set wants COLUMN=VALUE, not \"{}\"", text));
  }
  v1::DeadLetterChange* change = request->add_changes();
  change->set_column(text.substr(0, equals));
  change->set_value(text.substr(equals + 1));
  return absl::OkStatus();
}

// A value of several lines cannot be edited in this form, and is left out of it.
std::string FormOf(const v1::DeadLetter& letter) {
  std::string form = kHelpInFile;
  form += fmt::format("# {}\n\n", letter.reason());
  for (const v1::DeadLetterCell& cell : letter.cells()) {
    if (cell.value().find('\n') != std::string::npos) continue;
    form += fmt::format("{}: {}\n", cell.column(), cell.value());
  }
  return form;
}

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

// Lines that differ from the letter become changes. A column's name may hold a colon.
absl::Status ReadForm(const std::string& form, const v1::DeadLetter& letter,
                      v1::EditDeadLetterRequest* request) {
  std::istringstream lines(form);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (Trimmed(line).empty() || line.starts_with('#')) continue;
    const v1::DeadLetterCell* found = nullptr;
    for (const v1::DeadLetterCell& cell : letter.cells()) {
      if (line.starts_with(cell.column() + ":")) found = &cell;
    }
    if (found == nullptr) {
      return Usage(fmt::format("line {} of the edited text names no column of the row: \"{}\"",
                               number, line));
    }
    const std::string value = Trimmed(std::string_view(line).substr(found->column().size() + 1));
    if (value == Trimmed(found->value())) continue;
    v1::DeadLetterChange* change = request->add_changes();
    change->set_column(found->column());
    change->set_value(value);
  }
  return absl::OkStatus();
}

absl::Status AskEditor(const v1::DeadLetter& letter, v1::EditDeadLetterRequest* request) {
  if (letter.cells().empty()) return absl::OkStatus();  // the hub says why it cannot be edited
  const ScratchFolder scratch;
  const std::filesystem::path file = scratch.path() / "row.txt";
  std::ofstream(file) << FormOf(letter);
  const char* visual = std::getenv("VISUAL");
  const char* editor = visual != nullptr ? visual : std::getenv("EDITOR");
  const std::string command =
      fmt::format("{} '{}'", editor != nullptr ? editor : "vi", file.string());
  // The user's own choice of a program, with its options, as every tool runs it.
  if (std::system(command.c_str()) != 0) {  // NOLINT(concurrency-mt-unsafe)
    return Usage(fmt::format("the editor did not end well ({}): nothing was changed", command));
  }
  std::ostringstream edited;
  edited << std::ifstream(file).rdbuf();
  RETURN_IF_ERROR(ReadForm(edited.str(), letter, request));
  if (request->changes().empty()) return Usage("nothing was changed in the editor");
  return absl::OkStatus();
}

Outcome Edit(Session& session, const EditOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::EditDeadLetterRequest request;
  request.set_id(options.id);
  for (const std::string& text : options.set) RETURN_IF_ERROR(AddSet(text, &request));
  for (const std::string& column : options.unset) request.add_changes()->set_column(column);
  if (options.editor) {
    v1::GetDeadLetterRequest get;
    get.set_id(options.id);
    ASSIGN_OR_RETURN(const v1::GetDeadLetterResponse got,
                     hub->Call<v1::OperationService>(&Stub::GetDeadLetter, get));
    RETURN_IF_ERROR(AskEditor(got.dead_letter(), &request));
  }
  ASSIGN_OR_RETURN(const v1::EditDeadLetterResponse response,
                   hub->Call<v1::OperationService>(&Stub::EditDeadLetter, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    Table table({{"COLUMN"}, {"VALUE"}, {"AS IT CAME"}});
    for (const v1::DeadLetterCell& cell : response.dead_letter().cells()) {
      if (!cell.changed()) continue;
      table.Add({cell.column(), cell.has_value() ? cell.value() : "(none)",
                 cell.has_original() ? cell.original() : "(none)"});
    }
    session.out.Print(table, "The row is as it came.");
    session.out.Hint(fmt::format("\"entrepot dead-letters replay {}\" applies it.", options.id));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddEditLetter(CLI::App& noun, Session& session) {
  CLI::App* edit = AddCommand(noun, "edit", "Corrects a row; replay applies it then",
                              "  entrepot dead-letters edit 7 --set on_hand=12 --set unit=pcs\n"
                              "  entrepot dead-letters edit 7 --unset discount\n"
                              "  entrepot dead-letters edit 7 --editor");
  auto options = std::make_shared<EditOptions>();
  edit->add_option("ID", options->id, "As listed")->required();
  edit->add_option("--set", options->set, "A column's new value")->type_name("COLUMN=VALUE");
  edit->add_option("--unset", options->unset, "A column that shall have no value")
      ->type_name("COLUMN");
  edit->add_flag("--editor", options->editor, "Opens the row in $VISUAL or $EDITOR");
  Runs(edit, session, options, Edit);
}

}  // namespace entrepot::cli
