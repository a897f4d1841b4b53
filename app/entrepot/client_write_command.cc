// entrepot client create|update: entering and changing clients.
#include <fmt/core.h>

#include "app/entrepot/commands.h"
#include "app/entrepot/record_file.h"
#include "app/entrepot/values.h"
#include "core/base/status_macros.h"
#include "entrepot/v1/client_service.grpc.pb.h"

namespace entrepot::cli {
namespace {

using Stub = v1::ClientService::Stub;

struct WriteOptions {
  std::string code;
  std::string file;
  std::string request_id;
};

Outcome Create(Session& session, const WriteOptions& options) {
  v1::CreateClientRequest request;
  std::vector<std::string> fields;
  RETURN_IF_ERROR(ReadRecordFile(options.file, request.mutable_client(), &fields));
  request.set_request_id(Session::RequestId(options.request_id));
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::CreateClientResponse response,
                   session.Write(hub->Call<v1::ClientService>(&Stub::CreateClient, request),
                                 request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
  } else {
    session.out.Say(fmt::format("client {} entered", response.client().client().code()));
  }
  return ExitCode::kOk;
}

Outcome Update(Session& session, const WriteOptions& options) {
  v1::UpdateClientRequest request;
  std::vector<std::string> fields;
  RETURN_IF_ERROR(ReadRecordFile(options.file, request.mutable_client(), &fields));
  for (std::string& field : fields) *request.add_fields() = std::move(field);
  request.set_code(options.code);
  request.set_request_id(Session::RequestId(options.request_id));
  ASSIGN_OR_RETURN(Hub * hub, session.hub());
  ASSIGN_OR_RETURN(const v1::UpdateClientResponse response,
                   session.Write(hub->Call<v1::ClientService>(&Stub::UpdateClient, request),
                                 request.request_id()));
  if (session.out.json()) {
    session.out.Json(response);
    return ExitCode::kOk;
  }
  session.out.Say(fmt::format("client {} is at revision {}", response.client().client().code(),
                              response.client().revision()));
  for (const v1::Proposal& proposal : response.proposals()) {
    for (const v1::FieldChange& change : proposal.changes()) {
      session.out.Say(fmt::format("{}: {} is proposed to {}, which owns it", change.field(),
                                  change.after().empty() ? "(empty)" : change.after(),
                                  proposal.connection()));
    }
  }
  return ExitCode::kOk;
}

std::shared_ptr<WriteOptions> AddWrite(CLI::App* command, bool named) {
  auto options = std::make_shared<WriteOptions>();
  if (named) command->add_option("CODE", options->code, "The client's code as it is")->required();
  command->add_option("-f,--file", options->file, "The client in JSON; '-': standard input")
      ->required();
  command
      ->add_option("--request-id", options->request_id,
                   "Repeated with the same id, the first answer comes again (default: a new one)")
      ->type_name("ID");
  return options;
}

}  // namespace

void AddClientWriting(CLI::App& noun, Session& session) {
  CLI::App* create =
      AddCommand(noun, "create", "Enters a client; it goes to every system that takes clients",
                 "  entrepot client create -f client.json\n"
                 "The file: {\"name\": \"Bolts\", \"tax_id\": \"7701234567\", \"contact_points\":\n"
                 "[{\"type\": \"email\", \"value\": \"a@bolts.example\"}]}; without a code the hub "
                 "gives one.");
  Runs(create, session, AddWrite(create, /*named=*/false), Create);

  CLI::App* update =
      AddCommand(noun, "update", "Changes what the file names; null clears a field",
                 "  echo '{\"address\": \"Harbour 2\"}' | entrepot client update C-1 -f -\n"
                 "A field that a system owns is proposed to it: see 'entrepot proposals list'.");
  Runs(update, session, AddWrite(update, /*named=*/true), Update);
}

}  // namespace entrepot::cli
