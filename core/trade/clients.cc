#include "core/trade/clients.h"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_join.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/store/owned_write.h"
#include "core/trade/answers.h"
#include "core/trade/faults.h"
#include "core/trade/proposals.h"
#include "core/trade/records.h"

namespace entrepot::trade {
namespace {

using v1::Record;

constexpr int kFirstNumber = 1000;
constexpr int kNumbersTried = 1000;

const domain::KindInfo& ClientKind() { return domain::InfoOf(Record::kClient); }

absl::Status ClientExists(const std::string& code) {
  return Failure(absl::StatusCode::kAlreadyExists, "CLIENT_EXISTS",
                 fmt::format("there is a client {} already: change that one, or give this one "
                             "another code",
                             code));
}

absl::StatusOr<std::optional<uint64_t>> FindCode(const store::Reader& reader,
                                                 const std::string& code) {
  v1::Client key;
  key.set_code(code);
  return reader.FindByKey(Record::kClient, domain::KeyBytes(ClientKind(), key));
}

// The hub's next number that is no client's code.
absl::StatusOr<std::string> NextCode(store::Transaction& tx) {
  for (int i = 0; i < kNumbersTried; ++i) {
    ASSIGN_OR_RETURN(const uint64_t number, tx.NextNumber("client"));
    std::string code = fmt::format("{}", kFirstNumber + number);
    ASSIGN_OR_RETURN(const auto taken, FindCode(tx, code));
    if (!taken) return code;
  }
  return Failure(absl::StatusCode::kFailedPrecondition, "NO_NUMBER",
                 "the hub's next numbers are all taken by codes of other systems: give a code");
}

// The fields to be changed, by index.
absl::StatusOr<std::vector<int>> FieldsOf(const v1::UpdateClientRequest& request) {
  std::vector<int> fields;
  const auto* descriptor = v1::Client::descriptor();
  if (request.fields().empty()) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    request.client().GetReflection()->ListFields(request.client(), &set);
    for (const auto* field : set) fields.push_back(field->index());
  }
  for (const std::string& name : request.fields()) {
    const auto* field = descriptor->FindFieldByName(name);
    if (field == nullptr) {
      std::vector<std::string> known;
      for (int i = 0; i < descriptor->field_count(); ++i) {
        known.push_back(descriptor->field(i)->name());
      }
      return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_FIELD",
                     fmt::format("fields: a client has no field \"{}\"{}; known are {}", name,
                                 DidYouMean(name, known), absl::StrJoin(known, ", ")));
    }
    fields.push_back(field->index());
  }
  if (!fields.empty()) return fields;
  return Failure(absl::StatusCode::kInvalidArgument, "NO_FIELDS",
                 "name the fields to be changed, or give their values: both are empty");
}

}  // namespace

// A field of a new client may be given by anybody, where its owner will get to know of it.
absl::Status Clients::CheckOwners(const store::Reader& reader, const v1::Client& client) const {
  ASSIGN_OR_RETURN(const auto parts,
                   store::OwnedParts(reader, authority_, Record::kClient, /*record_id=*/0));
  for (const store::OwnedPart& part : parts) {
    if (authority_->IsSink(part.connection, Record::kClient)) continue;
    const auto given = domain::DifferingFields(client, v1::Client::default_instance(), part.fields);
    if (!given.empty()) return store::OwnedError(Record::kClient, given, part.connection);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::CreateClientResponse> Clients::Create(const v1::CreateClientRequest& request,
                                                         std::string_view origin) {
  return WriteOnce<v1::CreateClientResponse>(
      store_, "CreateClient", request,
      [&](store::Transaction& tx, v1::CreateClientResponse* response) -> absl::Status {
        v1::Client client = request.client();
        RETURN_IF_ERROR(CheckOwners(tx, client));
        uint64_t id = 0;
        if (client.code().empty()) {
          ASSIGN_OR_RETURN(*client.mutable_code(), NextCode(tx));
        } else {
          ASSIGN_OR_RETURN(const auto known, FindCode(tx, client.code()));
          if (known) {
            ASSIGN_OR_RETURN(const Record record, GetRecord(tx, *known));
            ASSIGN_OR_RETURN(const auto merged, tx.MergedInto(*known));
            if (!record.deleted() || merged) return ClientExists(client.code());
            id = *known;  // comes back
          }
        }
        ASSIGN_OR_RETURN(id, PutRecord(tx, Record::kClient, id, client, origin));
        ASSIGN_OR_RETURN(*response->mutable_client(), GetRecord(tx, id));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateClientResponse> Clients::Update(const v1::UpdateClientRequest& request,
                                                         std::string_view origin) {
  ASSIGN_OR_RETURN(const std::vector<int> fields, FieldsOf(request));
  return WriteOnce<v1::UpdateClientResponse>(
      store_, "UpdateClient", request,
      [&](store::Transaction& tx, v1::UpdateClientResponse* response) -> absl::Status {
        v1::Client key;
        key.set_code(request.code());
        ASSIGN_OR_RETURN(const auto known, FindRecord(tx, Record::kClient, key));
        if (!known) return faults::ClientNotFound(request.code());
        if (request.revision() != 0 && request.revision() != known->revision()) {
          return Failure(absl::StatusCode::kAborted, "CHANGED_SINCE",
                         fmt::format("client {} is at revision {}, not {}: look at it again",
                                     request.code(), known->revision(), request.revision()));
        }
        std::vector<store::Proposal> proposals;
        RETURN_IF_ERROR(store::PutOrPropose(tx, authority_,
                                            {.kind = Record::kClient,
                                             .id = known->id(),
                                             .body = &request.client(),
                                             .covers = fields,
                                             .origin = origin},
                                            &proposals)
                            .status());
        ASSIGN_OR_RETURN(*response->mutable_client(), GetRecord(tx, known->id()));
        for (const store::Proposal& proposal : proposals) {
          ASSIGN_OR_RETURN(*response->add_proposals(), ShowProposal(response->client(), proposal));
        }
        return absl::OkStatus();
      });
}

}  // namespace entrepot::trade
