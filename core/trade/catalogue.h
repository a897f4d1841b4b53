// Clients, contracts, products, relations, warehouses and prices in memory, as far as business
// operations need them. A projection of the store: readers on any thread see the last commit; the
// writer may look through its own transaction with View::kWriter.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "core/domain/decimal.h"
#include "core/store/projection.h"
#include "core/trade/interned.h"
#include "core/trade/owned_rows.h"
#include "core/trade/packed.h"
#include "core/trade/signature.h"
#include "core/trade/staging.h"
#include "entrepot/v1/product_relation.pb.h"

namespace entrepot::trade {

// An attribute of a product. Text where `number` is absent.
struct AttributeInfo {
  Interned name;
  Interned text;
  std::optional<domain::Decimal> number;
  Interned unit;
};

struct VatRateInfo {
  std::optional<absl::CivilDay> valid_from;
  domain::Decimal percent;
};

struct ProductInfo {
  uint64_t id = 0;
  std::string sku;
  std::string name;
  Interned family;  // empty: none
  Interned group;
  Interned unit;
  Interned manufacturer;
  std::vector<VatRateInfo> vat_rates;  // ascending
  std::vector<AttributeInfo> attributes;
  std::optional<int> lead_time_days;

  // The rate on a day; 0 where none is known.
  domain::Decimal VatPercentOn(absl::CivilDay day) const;
};

struct WarehouseInfo {
  uint64_t id = 0;
  std::string code;
  std::string name;
  std::optional<int> transfer_days;  // absent: nothing is promised from here

  // The name, or the code where it has none.
  const std::string& title() const { return name.empty() ? code : name; }
};

struct ClientInfo {
  uint64_t id = 0;
  std::string code;
  std::string name;
  std::string legal_name;
  std::string tax_id;
  std::string price_type;
};

struct ContractInfo {
  uint64_t key = 0;  // record id
  PackedDay valid_from, valid_until;
  std::optional<int> payment_days;
  Interned price_type;
  bool substitution_allowed = true;

  bool HoldsOn(absl::CivilDay day) const { return Covers(valid_from, valid_until, day); }
};

struct RelationInfo {
  uint64_t key = 0;  // record id
  uint64_t product_id = 0;
  uint64_t related_id = 0;
  v1::ProductRelationType type{};
  bool two_way = false;
  int64_t numerator = 1, denominator = 1;
  PackedDay valid_from, valid_until;
  std::optional<int> priority;
  Interned condition;

  bool HoldsOn(absl::CivilDay day) const { return Covers(valid_from, valid_until, day); }
};

struct PriceInfo {
  uint64_t key = 0;  // record id
  Interned price_type;
  Interned currency;  // empty: the company's
  PackedDecimal price;
  PackedDecimal minimum_quantity;
  PackedDay valid_from, valid_until;
  bool vat_included = false;

  bool HoldsOn(absl::CivilDay day) const { return Covers(valid_from, valid_until, day); }
};

using ProductPtr = std::shared_ptr<const ProductInfo>;  // shared with readers of older commits
using WarehousePtr = std::shared_ptr<const WarehouseInfo>;
using ClientPtr = std::shared_ptr<const ClientInfo>;

class Catalogue final : public store::Projection {
 public:
  // nullptr: not there, or deleted.
  ProductPtr Product(uint64_t id, View view) const;
  ProductPtr ProductBySku(std::string_view sku, View view) const;
  ClientPtr Client(uint64_t id, View view) const;
  ClientPtr ClientByCode(std::string_view code, View view) const;
  WarehousePtr Warehouse(uint64_t id, View view) const;
  // Nearest first: by transfer days, unknown ones last, then by code.
  std::vector<WarehousePtr> Warehouses(View view) const;
  std::vector<ContractInfo> ContractsOf(uint64_t client_id, View view) const;
  // In which the product stands on either side.
  std::vector<RelationInfo> RelationsOf(uint64_t product_id, View view) const;
  std::vector<PriceInfo> PricesOf(uint64_t product_id, View view) const;
  // Products of the family that pass the filter. `visit` takes a ProductPtr and must not ask for
  // families.
  template <typename Visit>
  void ForEachOfFamily(Interned family, const SignatureFilter& filter, View view,
                       Visit visit) const {
    by_family_.ForEach(family.hash(), view, [&](const FamilyRow& row) {
      if (filter.MayFit(row.signature) && row.product->family == family) visit(row.product);
    });
  }

  bool Wants(domain::Kind kind) const override;
  void Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
            const store::Revision&) override;
  void Stage(const store::RecordChange& change) override;
  size_t staged() const override { return staging_.size(); }
  void DropTo(size_t count) override { staging_.DropTo(count); }
  void Commit() override;

 private:
  struct ProductRow {
    uint64_t key = 0;
    ProductPtr product;
  };
  struct FamilyRow {
    uint64_t key = 0;
    uint64_t signature = 0;
    ProductPtr product;
  };
  struct ClientRow {
    uint64_t key = 0;
    ClientPtr client;
  };
  struct WarehouseRow {
    uint64_t key = 0;
    WarehousePtr warehouse;
  };
  template <typename Writer>
  void Write(uint64_t id, domain::Kind kind, const google::protobuf::Message& body, Writer& writer);

  OwnedRows<ProductRow> products_;                           // by id
  OwnedRows<ProductRow> by_sku_;                             // by digest of the sku
  OwnedRows<FamilyRow, AdjacentRows<FamilyRow>> by_family_;  // by digest of the family
  OwnedRows<ClientRow> clients_;                             // by id
  OwnedRows<ClientRow> by_code_;                             // by digest of the code
  OwnedRows<WarehouseRow> warehouses_;
  OwnedRows<ContractInfo> contracts_;  // by client
  OwnedRows<RelationInfo> relations_;  // by product, on both sides
  OwnedRows<PriceInfo> prices_;        // by product
  Interner names_;
  Staging staging_;
};

}  // namespace entrepot::trade
