#include "tests/scenarios/story.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "absl/strings/numbers.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/date.h"
#include "core/trade/records.h"
#include "tests/scenarios/show.h"

namespace entrepot::scenarios {
namespace {

using v1::Record;

absl::TimeZone Moscow() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Moscow", &zone));
  return zone;
}

absl::Status Usage(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("write it so: {}", text));
}

absl::StatusOr<v1::Date> ToDate(const std::string& text) {
  ASSIGN_OR_RETURN(const absl::CivilDay day, domain::ParseDay(text));
  return domain::ToDate(day);
}

// The words from `first` on, with blanks between them.
std::string Sentence(const std::vector<std::string>& words, size_t first) {
  std::string text;
  for (size_t i = first; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i];
  return text;
}

}  // namespace

Story::Story() : clock_(absl::FromCivil(absl::CivilHour(2026, 3, 2, 10), Moscow())) {
  std::string pattern = (std::filesystem::temp_directory_path() / "entrepot-story-XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
  config_.mutable_hub()->set_time_zone("Europe/Moscow");
  config_.mutable_hub()->set_currency("RUB");
  config_.mutable_logistics()->set_default_manager("logistics");
  config_.mutable_sales()->set_default_price_type("retail");
  config_.mutable_sales()->set_payment_days(10);
  (*config_.mutable_connections())["warehouse"].set_connector("csv");
}

Story::~Story() {
  trade_.reset();
  store_.reset();
  std::filesystem::remove_all(folder_);
}

void Story::Open() {
  auto store = store::Store::Open({.folder = folder_, .clock = &clock_});
  ASSERT_TRUE(store.ok()) << store.status();
  auto settings = trade::Settings::From(config_);
  ASSERT_TRUE(settings.ok()) << settings.status();
  store_ = *std::move(store);
  trade_ = std::make_unique<trade::Trade>(*std::move(settings), *store_, clock_);
  ASSERT_TRUE(store_->Start().ok());
}

void Story::Reopen() {
  trade_.reset();
  store_.reset();
  Open();
}

store::Store& Story::store() {
  if (store_ == nullptr) Open();
  return *store_;
}

trade::Trade& Story::trade() {
  if (trade_ == nullptr) Open();
  return *trade_;
}

absl::StatusOr<std::string> Story::Tell(std::string_view line) {
  ASSIGN_OR_RETURN(const Command command, ParseCommand(line));
  auto verb = Verbs().find(command.verb);
  if (verb == Verbs().end()) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is no verb of a story", command.verb));
  }
  if (command.verb != "config" && store_ == nullptr) Open();
  ASSIGN_OR_RETURN(std::string answer, (this->*verb->second)(command));
  if (trade_ != nullptr) RETURN_IF_ERROR(trade_->reactions.RunOnce());
  return answer;
}

std::string Story::Say(std::string_view line) {
  auto answer = Tell(line);
  EXPECT_TRUE(answer.ok()) << line << ": " << answer.status();
  return answer.ok() ? *answer : "";
}

const std::map<std::string, Story::Verb>& Story::Verbs() {
  static const std::map<std::string, Verb> verbs = {
      {"config", &Story::Config},
      {"clock", &Story::ClockTo},
      {"product", &Story::Product},
      {"warehouse", &Story::Warehouse},
      {"client", &Story::Client},
      {"contract", &Story::Contract},
      {"payment", &Story::Payment},
      {"accounting", &Story::Accounting},
      {"receivables", &Story::ShowReceivables},
      {"debtors", &Story::ShowDebtors},
      {"price", &Story::Price},
      {"relation", &Story::Relation},
      {"stock", &Story::Stock},
      {"supply", &Story::Supply},
      {"delete", &Story::Delete},
      {"order", &Story::Order},
      {"cancel", &Story::Cancel},
      {"ship", &Story::Ship},
      {"accept", &Story::Accept},
      {"decline", &Story::Decline},
      {"arrive", &Story::Arrive},
      {"show-order", &Story::ShowOrder},
      {"requests", &Story::ShowRequests},
      {"invoice", &Story::ShowInvoice},
      {"available", &Story::ShowAvailable},
      {"analogues", &Story::ShowAnalogues},
  };
  return verbs;
}

uint64_t Story::IdOf(domain::Kind kind, const std::string& key) const {
  auto found = ids_.find({static_cast<int>(kind), key});
  EXPECT_NE(found, ids_.end()) << key << " was not told of before";
  return found == ids_.end() ? 0 : found->second;
}

absl::Status Story::Put(domain::Kind kind, const std::string& key,
                        const google::protobuf::Message& body, const Command& command) {
  const std::string origin = command.Option("by", "warehouse") + "/files";
  return store_->Write([&](store::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(ids_[std::pair(static_cast<int>(kind), key)],
                     trade::PutRecord(transaction, kind, 0, body, origin));
    return absl::OkStatus();
  });
}

// config lag=1h includes=nothing payment_days=30: manager=olga groups=… warehouses=…; …
Story::Answer Story::Config(const Command& command) {
  config::v1::Connection& warehouse = (*config_.mutable_connections())["warehouse"];
  absl::Duration lag;
  if (absl::ParseDuration(command.Option("lag", "0s"), &lag)) {
    warehouse.mutable_stock_lag()->set_seconds(absl::ToInt64Seconds(lag));
  }
  const std::string includes = command.Option("includes");
  if (includes == "nothing") warehouse.set_stock_includes(config::v1::STOCK_INCLUDES_NOTHING);
  if (includes == "orders") warehouse.set_stock_includes(config::v1::STOCK_INCLUDES_ORDERS);
  for (const std::vector<std::string>& part : command.parts) {
    config::v1::ResponsibleRule* rule = config_.mutable_logistics()->add_responsible();
    for (const std::string& word : part) {
      const size_t equals = word.find('=');
      const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
      if (name == "manager") rule->set_manager(value);
      if (name == "group") rule->add_product_groups(value);
      if (name == "warehouse") rule->add_warehouses(value);
    }
  }
  return "";
}

// clock 2026-03-09, or clock +2h.
Story::Answer Story::ClockTo(const Command& command) {
  absl::Duration later;
  if (!command.options.empty() && absl::ParseDuration(command.options.begin()->first, &later)) {
    clock_.Set(clock_.Now() + later);
    return "";
  }
  if (command.words.size() != 1) return Usage("clock 2026-03-09 or clock +2h");
  ASSIGN_OR_RETURN(const absl::CivilDay day, domain::ParseDay(command.words[0]));
  clock_.Set(absl::FromCivil(absl::CivilHour(day) + 10, Moscow()));
  return "";
}

Story::Answer Story::Delete(const Command& command) {
  if (command.words.size() != 2) return Usage("delete KIND KEY");
  ASSIGN_OR_RETURN(const domain::KindInfo* kind, domain::FindKind(command.words[0]));
  const uint64_t id = IdOf(kind->kind, command.words[1]);
  RETURN_IF_ERROR(store_->Write([&](store::Transaction& transaction) {
    return transaction
        .Put({.kind = kind->kind, .id = id, .deleted = true, .origin = "warehouse/files"})
        .status();
  }));
  return "";
}

std::string Story::RequestId(const Command& command) {
  return command.Option("request", fmt::format("request-{}", ++requests_));
}

namespace {

// "5" of "BOLT 5"; what it cannot read becomes an invalid decimal, for the hub to refuse.
v1::Decimal Quantity(const std::string& text) {
  auto decimal = domain::Decimal::Parse(text);
  v1::Decimal wrong;
  wrong.set_units(1);
  wrong.set_nanos(-1);
  return decimal.ok() ? decimal->ToProto() : wrong;
}

}  // namespace

// order CLIENT [wanted= number= request=]: SKU QUANTITY [PRICE [+vat]]; …
Story::Answer Story::Order(const Command& command) {
  if (command.words.size() != 1) return Usage("order CLIENT [wanted= number=]: SKU QUANTITY; …");
  v1::PlaceOrderRequest request;
  request.set_request_id(RequestId(command));
  request.set_client_code(command.words[0]);
  request.set_client_order_number(command.Option("number"));
  if (command.Has("wanted")) {
    ASSIGN_OR_RETURN(*request.mutable_wanted_on(), ToDate(command.Option("wanted")));
  }
  for (const std::vector<std::string>& part : command.parts) {
    if (part.size() < 2) return Usage("SKU QUANTITY [PRICE [+vat]]");
    v1::PlaceOrderLine* line = request.add_lines();
    line->set_sku(part[0]);
    *line->mutable_quantity() = Quantity(part[1]);
    if (part.size() > 2) *line->mutable_unit_price() = Quantity(part[2]);
    line->set_vat_included(part.size() > 3);
  }
  ASSIGN_OR_RETURN(const v1::PlaceOrderResponse response,
                   trade_->ordering.Place(request, "api:anna"));
  ids_[std::pair(static_cast<int>(Record::kOrder), response.order().order().number())] =
      response.order().id();
  const NameOf name = [this](uint64_t id) { return NameOfRecord(id); };
  std::string text = Show(response.order().order(), name);
  for (const v1::LineAnswer& answer : response.answers()) {
    if (!answer.stock_request().empty()) {
      text += fmt::format("  {} asks {} in request {}\n", answer.line(), answer.assignee(),
                          answer.stock_request());
    }
    for (const v1::Analogue& analogue : answer.analogues()) {
      text += fmt::format("  {} or {}", answer.line(), Show(analogue));
    }
  }
  return text;
}

std::string Story::NameOfRecord(uint64_t id) const {
  for (const auto& [key, known] : ids_) {
    if (known == id) return key.second;
  }
  return "#" + std::to_string(id);
}

Story::Answer Story::Cancel(const Command& command) {
  if (command.words.empty()) return Usage("cancel ORDER [REASON …]");
  v1::CancelOrderRequest request;
  request.set_request_id(RequestId(command));
  request.set_number(command.words[0]);
  request.set_reason(Sentence(command.words, 1));
  RETURN_IF_ERROR(trade_->ordering.Cancel(request, "api:anna").status());
  return "";
}

// ship ORDER, or ship ORDER: LINE QUANTITY; …
Story::Answer Story::Ship(const Command& command) {
  if (command.words.size() != 1) return Usage("ship ORDER[: LINE QUANTITY; …]");
  v1::ShipOrderRequest request;
  request.set_request_id(RequestId(command));
  request.set_number(command.words[0]);
  for (const std::vector<std::string>& part : command.parts) {
    if (part.size() != 2) return Usage("LINE QUANTITY");
    v1::ShipOrderLine* line = request.add_lines();
    line->set_line(std::stoi(part[0]));
    *line->mutable_quantity() = Quantity(part[1]);
  }
  ASSIGN_OR_RETURN(const v1::ShipOrderResponse response,
                   trade_->ordering.Ship(request, "api:anna"));
  return fmt::format("shipment {}, invoice {}\n", response.shipment(), response.invoice());
}

Story::Answer Story::Accept(const Command& command) {
  if (command.words.size() < 2) return Usage("accept REQUEST DATE [REMARK …]");
  v1::AcceptStockRequestRequest request;
  request.set_request_id(RequestId(command));
  request.set_number(command.words[0]);
  ASSIGN_OR_RETURN(*request.mutable_promised_on(), ToDate(command.words[1]));
  request.set_remark(Sentence(command.words, 2));
  RETURN_IF_ERROR(trade_->stock_requests.Accept(request, "api:ivan").status());
  return "";
}

Story::Answer Story::Decline(const Command& command) {
  if (command.words.empty()) return Usage("decline REQUEST REASON …");
  v1::DeclineStockRequestRequest request;
  request.set_request_id(RequestId(command));
  request.set_number(command.words[0]);
  request.set_reason(Sentence(command.words, 1));
  RETURN_IF_ERROR(trade_->stock_requests.Decline(request, "api:ivan").status());
  return "";
}

Story::Answer Story::Arrive(const Command& command) {
  if (command.words.size() != 1) return Usage("arrive REQUEST");
  v1::ArriveStockRequestRequest request;
  request.set_request_id(RequestId(command));
  request.set_number(command.words[0]);
  RETURN_IF_ERROR(trade_->stock_requests.Arrive(request, "api:ivan").status());
  return "";
}

Story::Answer Story::ShowOrder(const Command& command) {
  if (command.words.size() != 1) return Usage("show-order NUMBER");
  v1::GetOrderRequest request;
  request.set_number(command.words[0]);
  ASSIGN_OR_RETURN(const v1::GetOrderResponse response, trade_->ordering.Get(request));
  const NameOf name = [this](uint64_t id) { return NameOfRecord(id); };
  std::string text = Show(response.order().order(), name);
  for (const Record& record : response.stock_requests()) {
    text += "  " + Show(record.stock_request(), name);
  }
  for (const Record& record : response.invoices()) {
    text += "  invoice " + record.invoice().number() + "\n";
  }
  return text;
}

Story::Answer Story::ShowRequests(const Command& command) {
  v1::ListStockRequestsRequest request;
  request.set_assignee(command.Option("assignee"));
  if (command.Has("open")) request.set_status(v1::STOCK_REQUEST_STATUS_OPEN);
  ASSIGN_OR_RETURN(const v1::ListStockRequestsResponse response,
                   trade_->stock_requests.List(request));
  std::string text;
  for (const Record& record : response.stock_requests()) {
    text += Show(record.stock_request(), [this](uint64_t id) { return NameOfRecord(id); });
  }
  return text;
}

Story::Answer Story::ShowInvoice(const Command& command) {
  if (command.words.size() != 1) return Usage("invoice NUMBER");
  v1::Invoice key;
  key.set_number(command.words[0]);
  ASSIGN_OR_RETURN(const store::Snapshot snapshot, store_->Read());
  ASSIGN_OR_RETURN(const auto record, trade::FindRecord(*snapshot, Record::kInvoice, key));
  return record ? Show(record->invoice()) : "none\n";
}

// available SKU [QUANTITY]
Story::Answer Story::ShowAvailable(const Command& command) {
  if (command.words.empty()) return Usage("available SKU [QUANTITY]");
  v1::GetAvailabilityRequest request;
  request.set_sku(command.words[0]);
  if (command.words.size() > 1) *request.mutable_quantity() = Quantity(command.words[1]);
  ASSIGN_OR_RETURN(const v1::GetAvailabilityResponse response, trade_->availability.Get(request));
  return Show(response.availability());
}

// analogues SKU [QUANTITY]
Story::Answer Story::ShowAnalogues(const Command& command) {
  if (command.words.empty()) return Usage("analogues SKU [QUANTITY]");
  v1::SuggestAnaloguesRequest request;
  request.set_sku(command.words[0]);
  if (command.words.size() > 1) *request.mutable_quantity() = Quantity(command.words[1]);
  ASSIGN_OR_RETURN(const v1::SuggestAnaloguesResponse response, trade_->analogues.Suggest(request));
  std::string text;
  for (const v1::Analogue& analogue : response.analogues()) text += Show(analogue);
  return text.empty() ? "none\n" : text;
}

}  // namespace entrepot::scenarios
