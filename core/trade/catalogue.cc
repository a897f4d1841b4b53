#include "core/trade/catalogue.h"

#include <algorithm>
#include <climits>
#include <tuple>

#include "core/base/digest.h"
#include "entrepot/v1/record.pb.h"
#include "google/protobuf/descriptor.h"

namespace entrepot::trade {
namespace {

using v1::Record;

constexpr uint64_t kAllWarehouses = 0;  // the one owner of warehouses

AttributeInfo ToInfo(const v1::Attribute& attribute, Interner& names) {
  AttributeInfo info;
  info.name = names.Intern(attribute.name());
  info.text = names.Intern(attribute.text());
  if (attribute.has_number()) info.number = PackedDecimal(attribute.number()).get();
  info.unit = names.Intern(attribute.unit());
  return info;
}

ProductPtr ToInfo(uint64_t id, const v1::Product& product, Interner& names) {
  auto info = std::make_shared<ProductInfo>();
  info->id = id;
  info->sku = product.sku();
  info->name = product.name();
  info->family = names.Intern(product.family());
  info->group = names.Intern(product.group());
  info->unit = names.Intern(product.unit());
  info->manufacturer = names.Intern(product.manufacturer());
  for (const v1::VatRate& rate : product.vat_rates()) {
    const PackedDay from = rate.has_valid_from() ? PackedDay(rate.valid_from()) : PackedDay();
    info->vat_rates.push_back({from.has_value() ? std::optional(from.get()) : std::nullopt,
                               PackedDecimal(rate.percent()).get()});
  }
  info->attributes.reserve(product.attributes_size());
  for (const v1::Attribute& attribute : product.attributes()) {
    info->attributes.push_back(ToInfo(attribute, names));
  }
  if (product.has_lead_time_days()) info->lead_time_days = product.lead_time_days();
  return info;
}

WarehousePtr ToInfo(uint64_t id, const v1::Warehouse& warehouse) {
  auto info = std::make_shared<WarehouseInfo>();
  info->id = id;
  info->code = warehouse.code();
  info->name = warehouse.name();
  if (warehouse.has_transfer_days()) info->transfer_days = warehouse.transfer_days();
  return info;
}

ClientPtr ToInfo(uint64_t id, const v1::Client& client) {
  return std::make_shared<ClientInfo>(ClientInfo{.id = id,
                                                 .code = client.code(),
                                                 .name = client.name(),
                                                 .legal_name = client.legal_name(),
                                                 .tax_id = client.tax_id(),
                                                 .price_type = client.price_type()});
}

template <typename Body>
void SetValidity(const Body& body, PackedDay* from, PackedDay* until) {
  if (body.has_valid_from()) *from = PackedDay(body.valid_from());
  if (body.has_valid_until()) *until = PackedDay(body.valid_until());
}

ContractInfo ToInfo(uint64_t id, const v1::Contract& contract, Interner& names) {
  ContractInfo info{.key = id};
  SetValidity(contract, &info.valid_from, &info.valid_until);
  if (contract.has_payment_days()) info.payment_days = contract.payment_days();
  info.price_type = names.Intern(contract.price_type());
  info.substitution_allowed =
      !contract.has_substitution_allowed() || contract.substitution_allowed();
  return info;
}

RelationInfo ToInfo(uint64_t id, const v1::ProductRelation& relation, Interner& names) {
  RelationInfo info{.key = id,
                    .product_id = relation.product_id(),
                    .related_id = relation.related_product_id(),
                    .type = relation.type(),
                    .two_way = relation.two_way()};
  if (relation.has_factor()) {
    info.numerator = relation.factor().numerator();
    info.denominator = relation.factor().denominator();
  }
  SetValidity(relation, &info.valid_from, &info.valid_until);
  if (relation.has_priority()) info.priority = relation.priority();
  info.condition = names.Intern(relation.condition());
  return info;
}

PriceInfo ToInfo(uint64_t id, const v1::Price& price, Interner& names) {
  PriceInfo info{.key = id};
  info.price_type = names.Intern(price.price_type());
  info.currency = names.Intern(price.price().currency());
  info.price = PackedDecimal(price.price().amount());
  info.minimum_quantity = PackedDecimal(price.minimum_quantity());
  SetValidity(price, &info.valid_from, &info.valid_until);
  info.vat_included = price.vat_included();
  return info;
}

// The one row of an owner, as far as `fits` accepts it.
template <typename Row, typename Fits>
std::optional<Row> FindRow(const OwnedRows<Row>& table, uint64_t owner, View view, Fits fits) {
  std::optional<Row> found;
  table.ForEach(owner, view, [&](const Row& row) {
    if (fits(row)) found = row;
  });
  return found;
}

constexpr auto kAny = [](const auto&) { return true; };

}  // namespace

domain::Decimal ProductInfo::VatPercentOn(absl::CivilDay day) const {
  domain::Decimal percent;
  for (const VatRateInfo& rate : vat_rates) {
    if (!rate.valid_from || *rate.valid_from <= day) percent = rate.percent;
  }
  return percent;
}

ProductPtr Catalogue::Product(uint64_t id, View view) const {
  auto row = FindRow(products_, id, view, kAny);
  return row ? row->product : nullptr;
}

ProductPtr Catalogue::ProductBySku(std::string_view sku, View view) const {
  auto row = FindRow(by_sku_, DigestOf64(sku), view,
                     [&](const ProductRow& row) { return row.product->sku == sku; });
  return row ? row->product : nullptr;
}

ClientPtr Catalogue::Client(uint64_t id, View view) const {
  auto row = FindRow(clients_, id, view, kAny);
  return row ? row->client : nullptr;
}

ClientPtr Catalogue::ClientByCode(std::string_view code, View view) const {
  auto row = FindRow(by_code_, DigestOf64(code), view,
                     [&](const ClientRow& row) { return row.client->code == code; });
  return row ? row->client : nullptr;
}

WarehousePtr Catalogue::Warehouse(uint64_t id, View view) const {
  auto row = FindRow(warehouses_, kAllWarehouses, view,
                     [&](const WarehouseRow& row) { return row.key == id; });
  return row ? row->warehouse : nullptr;
}

std::vector<WarehousePtr> Catalogue::Warehouses(View view) const {
  std::vector<WarehousePtr> all;
  warehouses_.ForEach(kAllWarehouses, view,
                      [&](const WarehouseRow& row) { all.push_back(row.warehouse); });
  std::sort(all.begin(), all.end(), [](const WarehousePtr& a, const WarehousePtr& b) {
    return std::tuple(a->transfer_days.value_or(INT_MAX), std::string_view(a->code)) <
           std::tuple(b->transfer_days.value_or(INT_MAX), std::string_view(b->code));
  });
  return all;
}

std::vector<ContractInfo> Catalogue::ContractsOf(uint64_t client_id, View view) const {
  return contracts_.Get(client_id, view);
}

std::vector<RelationInfo> Catalogue::RelationsOf(uint64_t product_id, View view) const {
  return relations_.Get(product_id, view);
}

std::vector<PriceInfo> Catalogue::PricesOf(uint64_t product_id, View view) const {
  return prices_.Get(product_id, view);
}

bool Catalogue::Wants(domain::Kind kind) const {
  return kind == Record::kClient || kind == Record::kContract || kind == Record::kProduct ||
         kind == Record::kProductRelation || kind == Record::kWarehouse || kind == Record::kPrice;
}

template <typename Writer>
void Catalogue::Write(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                      Writer& writer) {
  if (kind == Record::kClient) {
    const ClientPtr client = ToInfo(id, As<v1::Client>(body));
    writer(clients_, id, ClientRow{id, client});
    writer(by_code_, DigestOf64(client->code), ClientRow{id, client});
  } else if (kind == Record::kContract) {
    const auto& contract = As<v1::Contract>(body);
    writer(contracts_, contract.client_id(), ToInfo(id, contract, names_));
  } else if (kind == Record::kProduct) {
    const ProductPtr product = ToInfo(id, As<v1::Product>(body), names_);
    writer(products_, id, ProductRow{id, product});
    writer(by_sku_, DigestOf64(product->sku), ProductRow{id, product});
    if (!product->family.empty()) {
      writer(by_family_, product->family.hash(), FamilyRow{id, SignatureOf(*product), product});
    }
  } else if (kind == Record::kProductRelation) {
    const RelationInfo relation = ToInfo(id, As<v1::ProductRelation>(body), names_);
    writer(relations_, relation.product_id, relation);
    if (relation.related_id != relation.product_id) {
      writer(relations_, relation.related_id, relation);
    }
  } else if (kind == Record::kWarehouse) {
    const WarehousePtr warehouse = ToInfo(id, As<v1::Warehouse>(body));
    writer(warehouses_, kAllWarehouses, WarehouseRow{id, warehouse});
  } else if (kind == Record::kPrice) {
    const auto& price = As<v1::Price>(body);
    writer(prices_, price.product_id(), ToInfo(id, price, names_));
  }
}

void Catalogue::Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
                     const store::Revision&) {
  LoadRow load;
  Write(id, kind, body, load);
}

void Catalogue::Stage(const store::RecordChange& change) {
  if (change.before != nullptr) {
    RemoveRow remove{staging_};
    Write(change.id, change.kind, *change.before, remove);
  }
  if (change.after != nullptr) {
    AddRow add{staging_};
    Write(change.id, change.kind, *change.after, add);
  }
}

void Catalogue::Commit() {
  products_.Commit();
  by_sku_.Commit();
  by_family_.Commit();
  clients_.Commit();
  by_code_.Commit();
  warehouses_.Commit();
  contracts_.Commit();
  relations_.Commit();
  prices_.Commit();
  staging_.Clear();
}

}  // namespace entrepot::trade
