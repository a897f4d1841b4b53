#include "plugins/conformance/samples.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "entrepot/v1/options.pb.h"
#include "entrepot/v1/record.pb.h"

namespace entrepot::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr uint64_t kReferredId = 7;
constexpr char kReferredKey[] = "CONFORMANCE";

void SetToday(v1::Date* date, int days_later) {
  const absl::CivilDay day = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) + days_later;
  date->set_year(static_cast<int32_t>(day.year()));
  date->set_month(day.month());
  date->set_day(day.day());
}

// Net 100.00, VAT 20 %, gross 120.00 for a quantity of 1; revision 2 has 2.
void FillInvoice(const std::string& number, uint64_t revision, v1::Invoice* invoice) {
  const auto quantity = static_cast<int64_t>(revision);
  invoice->set_number(number);
  invoice->set_order_id(kReferredId);
  invoice->set_shipment(1);
  invoice->set_client_id(kReferredId);
  invoice->mutable_buyer()->set_code(kReferredKey);
  invoice->mutable_buyer()->set_name("Conformance Ltd");
  SetToday(invoice->mutable_issued_on(), 0);
  SetToday(invoice->mutable_due_on(), 14);
  invoice->set_currency("EUR");
  v1::InvoiceLine* line = invoice->add_lines();
  line->set_order_line(1);
  line->set_product_id(kReferredId);
  line->set_sku("CONF-1");
  line->set_name("Conformance sample");
  line->mutable_quantity()->set_units(quantity);
  line->set_unit("H87");
  line->mutable_unit_price()->set_units(100);
  line->set_vat_included(false);
  line->mutable_vat_percent()->set_units(20);
  line->mutable_net()->set_units(100 * quantity);
  line->mutable_vat()->set_units(20 * quantity);
  line->mutable_gross()->set_units(120 * quantity);
  *invoice->mutable_net() = line->net();
  *invoice->mutable_vat() = line->vat();
  *invoice->mutable_gross() = line->gross();
}

// Gives every singular field a plausible value; the kind's key is `number`.
void FillAny(const std::string& number, uint64_t revision, Message* message) {
  const Reflection* reflection = message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: reflection->SetString(message, field, number); break;
      case FieldDescriptor::CPPTYPE_INT32: reflection->SetInt32(message, field, 1); break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(message, field, static_cast<int64_t>(revision));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection->SetUInt64(message, field, kReferredId);
        break;
      case FieldDescriptor::CPPTYPE_ENUM: reflection->SetEnumValue(message, field, 1); break;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message* value = reflection->MutableMessage(message, field);
        if (auto* date = dynamic_cast<v1::Date*>(value)) {
          SetToday(date, 0);
        } else if (auto* decimal = dynamic_cast<v1::Decimal*>(value)) {
          decimal->set_units(static_cast<int64_t>(revision));
        } else if (auto* money = dynamic_cast<v1::Money*>(value)) {
          money->set_currency("EUR");
          money->mutable_amount()->set_units(static_cast<int64_t>(revision));
        } else {
          FillAny(number, revision, value);
        }
        break;
      }
      default: break;
    }
  }
}

void Replace(std::string_view what, std::string_view by, std::string* text) {
  for (size_t at = 0; (at = text->find(what, at)) != std::string::npos; at += by.size()) {
    text->replace(at, what.size(), by);
  }
}

void AddReferences(const Message& body, connector::v1::ApplyItem* item) {
  for (int i = 0; i < body.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = body.GetDescriptor()->field(i);
    if (field->options().GetExtension(v1::field).references().empty()) continue;
    if (item->references_size() > 0) continue;  // all samples refer to the same id
    connector::v1::Reference* reference = item->add_references();
    reference->set_record_id(kReferredId);
    reference->set_key(kReferredKey);
    reference->set_outside_id(kReferredKey);
  }
}

}  // namespace

connector::v1::ApplyItem SampleItem(const std::string& kind, const std::string& number,
                                    uint64_t revision) {
  connector::v1::ApplyItem item;
  item.set_correlation_key(number);
  v1::Record* record = item.mutable_record();
  record->set_id(4711);
  record->set_revision(revision);
  record->set_origin("api:conformance");
  record->mutable_changed_at()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  const FieldDescriptor* field = v1::Record::descriptor()->FindFieldByName(kind);
  if (field == nullptr || field->real_containing_oneof() == nullptr) return item;
  Message* body = record->GetReflection()->MutableMessage(record, field);
  if (auto* invoice = dynamic_cast<v1::Invoice*>(body)) {
    FillInvoice(number, revision, invoice);
  } else {
    FillAny(number, revision, body);
  }
  AddReferences(*body, &item);
  return item;
}

void AddRows(const SampleRow& sample, connector::v1::ApplyRequest* request) {
  for (const auto& [column, text] : sample) request->add_columns(column);
  for (connector::v1::ApplyItem& item : *request->mutable_items()) {
    for (const auto& [column, text] : sample) {
      std::string cell = text;
      Replace("{number}", item.correlation_key(), &cell);
      Replace("{revision}", std::to_string(item.record().revision()), &cell);
      item.mutable_row()->add_cells(cell);
    }
  }
}

}  // namespace entrepot::conformance
