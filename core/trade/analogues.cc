#include "core/trade/analogues.h"

#include <fmt/core.h>

#include <algorithm>
#include <climits>
#include <numeric>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/units.h"
#include "core/trade/faults.h"
#include "core/trade/likeness.h"
#include "core/trade/position.h"
#include "core/trade/texts.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;

constexpr int kLimitDefault = 10;
constexpr int kLimitMax = 50;

struct Candidate {
  ProductPtr product;
  const RelationInfo* declared = nullptr;  // in the list of relations
  int64_t numerator = 1, denominator = 1;  // units of it for one of the missing product
  Likeness likeness;
};

// Of those that may stand in for a product: which is the better word for it. 0: never.
int Strength(v1::ProductRelationType type) {
  switch (type) {
    case v1::PRODUCT_RELATION_TYPE_EQUIVALENT: return 5;
    case v1::PRODUCT_RELATION_TYPE_REPLACEMENT: return 4;
    case v1::PRODUCT_RELATION_TYPE_SUBSTITUTE: return 3;
    case v1::PRODUCT_RELATION_TYPE_VARIANT: return 2;
    case v1::PRODUCT_RELATION_TYPE_UPGRADE: return 1;
    default: return 0;
  }
}

std::tuple<int, int> Rank(const RelationInfo& relation) {
  return {relation.priority.value_or(INT_MAX), -Strength(relation.type)};
}

// What is declared of each other product: the relation by which it stands in, or nullptr where it
// must not, whatever its attributes say: accessories, parts, what is incompatible, and what a
// one-way relation declares in the other direction only.
using Declared = absl::flat_hash_map<uint64_t, const RelationInfo*>;

Declared DeclaredFor(uint64_t product_id, const std::vector<RelationInfo>& relations,
                     absl::CivilDay today) {
  Declared declared;
  const auto other_of = [&](const RelationInfo& relation) {
    return relation.product_id == product_id ? relation.related_id : relation.product_id;
  };
  for (const RelationInfo& relation : relations) {
    if (!relation.HoldsOn(today) || Strength(relation.type) == 0) continue;
    if (relation.product_id != product_id && !relation.two_way) continue;
    auto [entry, is_new] = declared.try_emplace(other_of(relation), &relation);
    if (!is_new && Rank(relation) < Rank(*entry->second)) entry->second = &relation;
  }
  for (const RelationInfo& relation : relations) {
    if (!relation.HoldsOn(today)) continue;
    if (Strength(relation.type) == 0) {
      declared[other_of(relation)] = nullptr;
    } else {
      declared.try_emplace(other_of(relation), nullptr);
    }
  }
  return declared;
}

std::vector<Candidate> DeclaredCandidates(const ProductInfo& product, const Declared& declared,
                                          const Catalogue& catalogue, View view) {
  std::vector<Candidate> candidates;
  for (const auto& [id, relation] : declared) {
    if (relation == nullptr) continue;
    ProductPtr other = catalogue.Product(id, view);
    if (other == nullptr) continue;
    Candidate candidate{std::move(other), relation, relation->numerator, relation->denominator};
    if (relation->product_id != product.id) std::swap(candidate.numerator, candidate.denominator);
    candidates.push_back(std::move(candidate));
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(Rank(*a.declared), a.product->sku) <
           std::tuple(Rank(*b.declared), b.product->sku);
  });
  return candidates;
}

std::vector<Candidate> LikeCandidates(const ProductInfo& product, const Declared& declared,
                                      const Catalogue& catalogue, View view) {
  std::vector<Candidate> candidates;
  if (product.family.empty() || product.attributes.empty()) return candidates;
  const SignatureFilter filter(product);
  catalogue.ForEachOfFamily(product.family, filter, view, [&](const ProductPtr& other) {
    const Likeness likeness = Compare(product, *other);
    if (!likeness.fits || other->id == product.id || declared.contains(other->id)) return;
    Candidate candidate{other, nullptr, 1, 1, likeness};
    if (!UnitsAgree(product, *other, &candidate.numerator, &candidate.denominator)) return;
    candidates.push_back(std::move(candidate));
  });
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(-a.likeness.points, a.likeness.distance, std::string_view(a.product->sku)) <
           std::tuple(-b.likeness.points, b.likeness.distance, std::string_view(b.product->sku));
  });
  return candidates;
}

// quantity * numerator / denominator; where that is not exact, or a piece would have to be cut, the
// next value above, so that it is enough. Nothing when it is out of range.
std::optional<Decimal> Needed(Decimal quantity, const Candidate& candidate) {
  if (candidate.numerator <= 0 || candidate.denominator <= 0) return std::nullopt;
  const domain::Unit* unit = domain::FindUnit(candidate.product->unit.text());
  const bool whole = unit != nullptr && unit->category == domain::UnitCategory::kCount;
  const __int128 step = whole ? 1'000'000'000 : 1;
  __int128 product = 0;
  if (__builtin_mul_overflow(quantity.billionths(), __int128{candidate.numerator}, &product)) {
    return std::nullopt;
  }
  const __int128 divisor = candidate.denominator * step;
  const __int128 steps = product / divisor + (product % divisor != 0 ? 1 : 0);
  const Decimal needed = Decimal::FromBillionths(steps * step);
  return needed.InRange() ? std::optional(needed) : std::nullopt;
}

void Explain(const ProductInfo& product, const Candidate& candidate, v1::Analogue* analogue) {
  const ProductInfo& other = *candidate.product;
  if (candidate.declared != nullptr) {
    analogue->add_reasons(texts::Declared(candidate.declared->type));
    if (!candidate.declared->condition.empty()) {
      analogue->add_reasons(texts::Condition(candidate.declared->condition.text()));
    }
  }
  if (!product.family.empty() && product.family == other.family) {
    analogue->add_reasons(texts::SameFamily(product.family.text()));
  }
  for (const AttributeInfo& attribute : product.attributes) {
    const AttributeInfo* offered = FindAttribute(other, attribute.name);
    int distance = 0;
    if (offered != nullptr && CompareAttributes(attribute, *offered, &distance) == Match::kSame) {
      analogue->add_reasons(texts::SameAttribute(attribute));
    } else {
      analogue->add_differences(texts::OtherAttribute(&attribute, offered));
    }
  }
  for (const AttributeInfo& attribute : other.attributes) {
    if (FindAttribute(product, attribute.name) != nullptr) continue;
    analogue->add_differences(texts::OtherAttribute(nullptr, &attribute));
  }
  if (product.manufacturer == other.manufacturer) {
    if (!product.manufacturer.empty()) {
      analogue->add_reasons(texts::SameManufacturer(product.manufacturer.text()));
    }
  } else {
    analogue->add_differences(
        texts::OtherManufacturer(product.manufacturer.text(), other.manufacturer.text()));
  }
  if (candidate.numerator != candidate.denominator || product.unit != other.unit) {
    analogue->add_differences(texts::OtherFactor(candidate.numerator, candidate.denominator,
                                                 other.unit.text(), product.unit.text()));
  }
}

v1::Analogue ToAnalogue(const ProductInfo& product, const Candidate& candidate, Decimal available,
                        Decimal needed) {
  v1::Analogue analogue;
  analogue.set_product_id(candidate.product->id);
  analogue.set_sku(candidate.product->sku);
  analogue.set_name(candidate.product->name);
  analogue.set_unit(candidate.product->unit.text());
  available.Clamped().ToProto(analogue.mutable_available());
  needed.ToProto(analogue.mutable_needed());
  const int64_t divisor = std::gcd(candidate.numerator, candidate.denominator);
  analogue.mutable_factor()->set_numerator(candidate.numerator / divisor);
  analogue.mutable_factor()->set_denominator(candidate.denominator / divisor);
  if (candidate.declared != nullptr) analogue.set_declared(candidate.declared->type);
  analogue.set_covers(available >= needed);
  Explain(product, candidate, &analogue);
  return analogue;
}

}  // namespace

std::vector<v1::Analogue> Analogues::Find(const ProductInfo& product, Decimal quantity, int limit,
                                          View view) const {
  const absl::CivilDay today = settings_.Today(clock_);
  const std::vector<RelationInfo> relations = catalogue_.RelationsOf(product.id, view);
  const Declared declared = DeclaredFor(product.id, relations, today);
  const std::vector<WarehousePtr> warehouses = catalogue_.Warehouses(view);
  std::vector<v1::Analogue> analogues;
  const auto offer = [&](const std::vector<Candidate>& candidates) {
    for (const Candidate& candidate : candidates) {
      if (analogues.size() >= static_cast<size_t>(limit)) return;
      if (!stock_.MayHaveStock(candidate.product->id, view)) continue;
      Position position(*candidate.product, stock_, stock_.Get(candidate.product->id, view),
                        warehouses, today);
      position.AddBackOrders();
      const Decimal available = position.Shelf();
      const std::optional<Decimal> needed = Needed(quantity, candidate);
      if (available.sign() <= 0 || !needed) continue;
      analogues.push_back(ToAnalogue(product, candidate, available, *needed));
    }
  };
  offer(DeclaredCandidates(product, declared, catalogue_, view));
  if (analogues.size() < static_cast<size_t>(limit)) {
    offer(LikeCandidates(product, declared, catalogue_, view));
  }
  return analogues;
}

absl::StatusOr<v1::SuggestAnaloguesResponse> Analogues::Suggest(
    const v1::SuggestAnaloguesRequest& request) const {
  if (request.limit() < 0 || request.limit() > kLimitMax) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_LIMIT",
                   fmt::format("limit: {} is not between 0 and {}", request.limit(), kLimitMax));
  }
  const ProductPtr product = catalogue_.ProductBySku(request.sku(), View::kCommitted);
  if (product == nullptr) return faults::ProductNotFound(request.sku());
  Decimal quantity = 1;
  if (request.has_quantity()) {
    ASSIGN_OR_RETURN(quantity, faults::PositiveQuantity(request.quantity(), "quantity"));
  }
  v1::SuggestAnaloguesResponse response;
  const int limit = request.limit() == 0 ? kLimitDefault : request.limit();
  for (v1::Analogue& analogue : Find(*product, quantity, limit, View::kCommitted)) {
    *response.add_analogues() = std::move(analogue);
  }
  return response;
}

}  // namespace entrepot::trade
