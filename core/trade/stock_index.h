// What bears on the stock of each product, in memory: what warehouses publish, open supplies, and
// what orders have reserved, shipped or wait for. A projection of the store; a million stock levels
// take some 65 MB. What it means is computed in position.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/store/projection.h"
#include "core/trade/owned_rows.h"
#include "core/trade/packed.h"
#include "core/trade/settings.h"
#include "core/trade/staging.h"
#include "entrepot/v1/order.pb.h"

namespace entrepot::trade {

struct LevelInfo {
  uint64_t key = 0;  // warehouse id
  int64_t as_of_us = kUnknown;
  PackedDecimal on_hand;
  PackedDecimal on_hold;
  PackedDecimal reserved;
  uint16_t rule = 0;  // see StockIndex::RuleOf

  static constexpr int64_t kUnknown = INT64_MIN;
};

struct SupplyInfo {
  uint64_t key = 0;  // record id
  uint64_t warehouse_id = 0;
  PackedDecimal quantity;
  PackedDay expected_on;
  bool on_hold = false;
  std::string purchase_order;
  std::string line;
};

// A part of an order line: reserved at a warehouse, shipped from it, or back-ordered.
struct DemandInfo {
  uint64_t key = 0;  // order id
  int32_t line = 0;
  enum class State : uint8_t { kReserved, kShipped, kBackOrdered } state{};
  uint64_t warehouse_id = 0;                    // none of what is back-ordered
  PackedDecimal quantity;                       // > 0
  int64_t shipped_at_us = LevelInfo::kUnknown;  // of what is shipped
  int64_t placed_at_us = 0;
  PackedDay wanted_on;  // absent: as soon as possible
  // What the client was told of a back-ordered part.
  v1::ExpectationBasis basis{};
  PackedDay expected_on;
  uint64_t expectation = 0;  // DigestOf
};

struct ProductStock {
  std::vector<LevelInfo> levels;
  std::vector<SupplyInfo> supplies;
  std::vector<DemandInfo> demand;
};

// Equal expectations have equal digests; that of an absent one is that of an empty one.
uint64_t DigestOf(const v1::Expectation& expectation);

class StockIndex final : public store::Projection {
 public:
  explicit StockIndex(const Settings& settings);  // outlives it

  ProductStock Get(uint64_t product_id, View view) const;
  // Is there any line of an open order? Any thread: of what is committed.
  bool HasOpenOrders() const { return !demand_.empty(); }
  // Does a line of an open order wait for it?
  bool HasBackOrders(uint64_t product_id, View view) const;
  // False: no warehouse holds any of it, so it cannot be available. Cheaper than Get.
  bool MayHaveStock(uint64_t product_id, View view) const;
  // Do the warehouse's figures contain what left at this moment (decision 10)? Where that is not
  // known, no. Nobody notes when an order is handed over to a warehouse, so that figures which
  // include orders are taken to include shipments: too little is promised, never too much.
  bool Contains(const LevelInfo& level, int64_t shipped_at_us) const;

  bool Wants(domain::Kind kind) const override;
  bool NeedsBefore(domain::Kind kind) const override;
  void Load(uint64_t id, domain::Kind kind, const google::protobuf::Message& body,
            const store::Revision& newest) override;
  void Stage(const store::RecordChange& change) override;
  size_t staged() const override { return staging_.size(); }
  void DropTo(size_t count) override { staging_.DropTo(count); }
  void Commit() override;

 private:
  uint16_t RuleIndex(std::string_view origin) const;
  bool IsHistory(uint64_t product_id, const DemandInfo& part) const;
  void StageLevel(const store::RecordChange& change);
  void StageSupply(const store::RecordChange& change);
  void StageOrder(const store::RecordChange& change);
  void DropHistory(uint64_t product_id);

  std::vector<StockRule> rules_;  // [0]: of connections without one; fixed after construction
  std::map<std::string, uint16_t, std::less<>> rule_of_;  // by connection
  OwnedRows<LevelInfo> levels_;                           // all by product
  OwnedRows<SupplyInfo> supplies_;
  OwnedRows<DemandInfo> demand_;
  uint32_t orders_staged_ = 0;
  Staging staging_;
};

}  // namespace entrepot::trade
