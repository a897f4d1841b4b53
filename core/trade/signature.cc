#include "core/trade/signature.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "core/base/digest.h"
#include "core/domain/units.h"
#include "core/trade/catalogue.h"

namespace entrepot::trade {
namespace {

constexpr uint8_t kSeveral = 255;
constexpr int kValues = 254;  // 1 to 254
// Numbers that differ by up to 15 % lie at most two quarters of an octave apart.
constexpr int kNearSteps = 2;
constexpr int kScaleMax = 20;

int LaneOf(const AttributeInfo& attribute) { return static_cast<int>(attribute.name.hash() % 8); }

int BitWidth(unsigned __int128 value) {
  const auto high = static_cast<uint64_t>(value >> 64);
  return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<uint64_t>(value));
}

// In which quarter of which octave it lies, in the base unit of its category where the unit is
// known. Scaled up as far as there is room, so that small values keep their quarters.
uint8_t NumberByte(const AttributeInfo& attribute) {
  const __int128 billionths = attribute.number->billionths();
  unsigned __int128 magnitude = billionths < 0 ? -billionths : billionths;
  const domain::Unit* unit = domain::FindUnit(attribute.unit.text());
  const unsigned __int128 numerator = unit == nullptr ? 1 : unit->numerator;
  const unsigned __int128 denominator = unit == nullptr ? 1 : unit->denominator;
  const int room = 126 - BitWidth(magnitude) - BitWidth(numerator);
  if (room < 0) return kSeveral;  // too large to say
  const int scale = std::min(room, kScaleMax);
  magnitude = (magnitude << scale) * numerator / denominator;
  const int width = BitWidth(magnitude);
  const int quarter = width >= 3 ? static_cast<int>((magnitude >> (width - 3)) & 3) : 0;
  return static_cast<uint8_t>(1 + (4 * (width + kScaleMax - scale) + quarter) % kValues);
}

uint8_t ByteOf(const AttributeInfo& attribute) {
  if (attribute.number) return NumberByte(attribute);
  return static_cast<uint8_t>(1 + attribute.text.hash() % kValues);
}

bool IsNear(uint8_t a, uint8_t b) {
  const int apart = std::abs(a - b);
  return std::min(apart, kValues - apart) <= kNearSteps;
}

}  // namespace

uint64_t SignatureOf(const ProductInfo& product) {
  std::array<uint8_t, 8> lanes{};
  for (const AttributeInfo& attribute : product.attributes) {
    uint8_t& lane = lanes[LaneOf(attribute)];
    lane = lane == 0 ? ByteOf(attribute) : kSeveral;
  }
  uint64_t signature = 0;
  for (int i = 0; i < 8; ++i) signature |= uint64_t{lanes[i]} << (8 * i);
  return signature;
}

SignatureFilter::SignatureFilter(const ProductInfo& wanted)
    : misses_max_(static_cast<int>(wanted.attributes.size()) / 3) {
  const uint64_t signature = SignatureOf(wanted);
  for (const AttributeInfo& attribute : wanted.attributes) {
    const int shift = 8 * LaneOf(attribute);
    const auto value = static_cast<uint8_t>(signature >> shift);
    if (value == kSeveral) continue;
    lanes_[count_++] = {shift, value, attribute.number.has_value()};
  }
}

// Each attribute that is not the same costs two points of the two thirds that must be reached: no
// more than a third of them may be missed.
bool SignatureFilter::MayFit(uint64_t signature) const {
  int misses = 0;
  for (int i = 0; i < count_; ++i) {
    const Lane& lane = lanes_[i];
    const auto value = static_cast<uint8_t>(signature >> lane.shift);
    if (value == lane.value || value == kSeveral) continue;
    if (lane.number && value != 0 && IsNear(value, lane.value)) continue;
    if (++misses > misses_max_) return false;
  }
  return true;
}

}  // namespace entrepot::trade
