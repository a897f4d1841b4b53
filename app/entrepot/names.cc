#include "app/entrepot/names.h"

#include <fmt/core.h>

#include "app/entrepot/values.h"
#include "entrepot/v1/operation_service.grpc.pb.h"
#include "entrepot/v1/options.pb.h"

namespace entrepot::cli {
namespace {

bool IsReference(const google::protobuf::FieldDescriptor& field) {
  return !field.options().GetExtension(v1::field).references().empty();
}

}  // namespace

const std::string& Names::Key(uint64_t id) {
  auto [entry, isnew] = keys_.try_emplace(id, id == 0 ? "" : fmt::format("#{}", id));
  if (!isnew || id == 0) return entry->second;
  v1::GetRecordRequest request;
  request.mutable_name()->set_id(id);
  auto answer = hub_.Call<v1::OperationService>(&v1::OperationService::Stub::GetRecord, request);
  if (answer.ok() && answer->record().body_case() != v1::Record::BODY_NOT_SET) {
    const v1::Record& record = answer->record();
    entry->second = Key(domain::InfoOf(record.body_case()), domain::BodyOf(record));
  }
  return entry->second;
}

std::string Names::Key(const domain::KindInfo& info, const google::protobuf::Message& body) {
  std::string text;
  for (const google::protobuf::FieldDescriptor* field : info.key) {
    if (!text.empty()) text += '/';
    if (body.GetReflection()->HasField(body, field)) text += Value(body, *field);
  }
  return text;
}

std::string Names::Value(const google::protobuf::Message& message,
                         const google::protobuf::FieldDescriptor& field, int index) {
  if (!IsReference(field)) return ShowField(message, field, index);
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  return Key(index < 0 ? reflection.GetUInt64(message, &field)
                       : reflection.GetRepeatedUInt64(message, &field, index));
}

}  // namespace entrepot::cli
