// entrepot records: what the hub keeps, of any kind. Names no kind: all is read from descriptors.
#include <fmt/core.h>

#include <cctype>

#include "app/entrepot/commands.h"
#include "app/entrepot/names.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "core/domain/kind.h"
#include "entrepot/v1/operation_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Stub = v1::OperationService::Stub;

constexpr size_t kFieldColumnsMax = 6;

struct ListOptions {
  std::string kind;
  int limit = 100;
  std::string page;
  bool deleted = false;
};

struct NameOptions {
  std::string kind;
  std::string key;
};

v1::RecordName NameOf(const NameOptions& options) {
  v1::RecordName name;
  name.set_kind(options.kind);
  name.set_key(options.key);
  return name;
}

// Single values beside the key that at least one of the records has.
std::vector<const FieldDescriptor*> ColumnsOf(const domain::KindInfo& info,
                                              const v1::ListRecordsResponse& response) {
  std::vector<const FieldDescriptor*> columns;
  for (int i = 0; i < info.descriptor->field_count(); ++i) {
    const FieldDescriptor* field = info.descriptor->field(i);
    bool shown = !field->is_repeated() &&
                 (field->message_type() == nullptr || IsValue(*field->message_type()));
    for (const FieldDescriptor* key : info.key) shown = shown && key != field;
    bool filled = false;
    for (const v1::Record& record : response.records()) {
      const Message& body = domain::BodyOf(record);
      filled = filled || (shown && body.GetReflection()->HasField(body, field));
    }
    if (filled && columns.size() < kFieldColumnsMax) columns.push_back(field);
  }
  return columns;
}

// "LEGAL NAME" for legal_name.
std::string Heading(const FieldDescriptor& field) {
  std::string heading = field.name();
  for (char& c : heading) {
    c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return heading;
}

void PrintRecords(const domain::KindInfo& info, const v1::ListRecordsResponse& response,
                  Names* names, const Output& out) {
  const std::vector<const FieldDescriptor*> fields = ColumnsOf(info, response);
  std::vector<Column> columns = {{"KEY"}};
  for (const FieldDescriptor* field : fields) columns.push_back({Heading(*field)});
  columns.insert(columns.end(), {{"REVISION", true}, {"CHANGED"}, {"BY"}, {""}});
  Table table(std::move(columns));
  for (const v1::Record& record : response.records()) {
    const Message& body = domain::BodyOf(record);
    std::vector<std::string> cells = {names->Key(info, body)};
    for (const FieldDescriptor* field : fields) {
      const bool filled = body.GetReflection()->HasField(body, field);
      cells.push_back(filled ? names->Value(body, *field) : "");
    }
    cells.insert(cells.end(), {std::to_string(record.revision()), Show(record.changed_at()),
                               record.origin(), record.deleted() ? "deleted" : ""});
    table.Add(std::move(cells));
  }
  out.Print(table, "There are none.");
}

Outcome List(Session& session, const ListOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::ListRecordsRequest request;
  request.set_kind(options.kind);
  request.set_page_size(options.limit);
  request.set_page_token(options.page);
  request.set_include_deleted(options.deleted);
  ASSIGN_OR_RETURN(const v1::ListRecordsResponse response,
                   hub->Call<v1::OperationService>(&Stub::ListRecords, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const domain::KindInfo* info, domain::FindKind(options.kind));
  Names names(*hub);
  PrintRecords(*info, response, &names, session.out);
  session.out.MorePages(response.next_page_token());
  return ExitCode::kOk;
}

// One row for each value: "lines[1].quantity  3".
void Flatten(const Message& message, const std::string& prefix, Names* names, Table* table) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      std::string path = prefix + field->name();
      if (index >= 0) path += fmt::format("[{}]", i);
      const bool nested = field->message_type() != nullptr && !IsValue(*field->message_type());
      if (nested) {
        const Message& inner = index < 0
                                   ? message.GetReflection()->GetMessage(message, field)
                                   : message.GetReflection()->GetRepeatedMessage(message, field, i);
        Flatten(inner, path + ".", names, table);
      } else {
        table->Add({path, names->Value(message, *field, index)});
      }
    }
  }
}

Outcome Get(Session& session, const NameOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetRecordRequest request;
  *request.mutable_name() = NameOf(options);
  ASSIGN_OR_RETURN(const v1::GetRecordResponse response,
                   hub->Call<v1::OperationService>(&Stub::GetRecord, request));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  const v1::Record& record = response.record();
  session.out.Say(fmt::format("{} {}: id {}, revision {} of {} by {}{}", options.kind, options.key,
                              record.id(), record.revision(), Show(record.changed_at()),
                              record.origin(), record.deleted() ? ", deleted" : ""));
  Names names(*hub);
  Table table = Table::OfFields();
  Flatten(domain::BodyOf(record), "", &names, &table);
  session.out.Print(table);
  return ExitCode::kOk;
}

void PrintHistory(const v1::GetHistoryResponse& history, const Output& out) {
  for (const v1::Revision& revision : history.revisions()) {
    const v1::Record& record = revision.record();
    out.Say(fmt::format("revision {}  {}  by {}{}", record.revision(), Show(record.changed_at()),
                        record.origin(), record.deleted() ? ", deleted" : ""));
    Table changes({{""}, {""}, {""}, {""}});
    for (const v1::FieldChange& change : revision.changes()) {
      changes.Add({"  " + change.field(), change.before().empty() ? "-" : change.before(), "→",
                   change.after().empty() ? "-" : change.after()});
    }
    out.Print(changes);
  }
  if (history.thinned()) out.Say("Older revisions have been thinned out.");
  Table origins({{"FIELD"}, {"SET BY"}, {"REVISION", true}, {"AT"}});
  for (const v1::FieldOrigin& origin : history.origins()) {
    origins.Add({origin.field(), origin.origin(), std::to_string(origin.revision()),
                 Show(origin.changed_at())});
  }
  if (!origins.empty()) out.Say();
  out.Print(origins);
}

Outcome History(Session& session, const NameOptions& options) {
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  v1::GetHistoryRequest request;
  *request.mutable_name() = NameOf(options);
  ASSIGN_OR_RETURN(const v1::GetHistoryResponse response,
                   hub->Call<v1::OperationService>(&Stub::GetHistory, request));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    PrintHistory(response, session.out);
  }
  return ExitCode::kOk;
}

std::shared_ptr<NameOptions> AddName(CLI::App* command) {
  auto options = std::make_shared<NameOptions>();
  command->add_option("KIND", options->kind, "product, stock_level, order …")->required();
  command->add_option("KEY", options->key, "Its key: a number, a code, or parts joined by '/'")
      ->required();
  return options;
}

}  // namespace

void AddRecords(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "records", "What the hub keeps, of any kind");

  CLI::App* list = AddCommand(*noun, "list", "Records of a kind",
                              "  entrepot records list product\n"
                              "  entrepot records list stock_level --limit 1000 --output json");
  auto listing = std::make_shared<ListOptions>();
  list->add_option("KIND", listing->kind, "product, stock_level, order …")->required();
  list->add_option("--limit", listing->limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  list->add_option("--page", listing->page, "The next page, as the page before names it");
  list->add_flag("--deleted", listing->deleted, "Deleted ones too");
  Runs(list, session, listing, List);

  CLI::App* get = AddCommand(*noun, "get", "One record with all its values",
                             "  entrepot records get product BLT-10-60\n"
                             "  entrepot records get stock_level BLT-10-60/MAIN");
  Runs(get, session, AddName(get), Get);

  CLI::App* history =
      AddCommand(*noun, "history", "Its revisions, and where every value comes from",
                 "  entrepot records history client C-001");
  Runs(history, session, AddName(history), History);
}

}  // namespace entrepot::cli
