// Reads protobuf's wire format field by field and in place: for the messages that come a million at
// a time. All others are left to protobuf itself.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace entrepot::mapping {

// A field's tag as it stands on the wire.
constexpr uint32_t VarintTag(uint32_t field) { return field << 3; }
constexpr uint32_t BytesTag(uint32_t field) { return field << 3 | 2; }

// False from any of them: the bytes are malformed, and nothing more can be read.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }
  const char* at() const { return at_; }

  bool Varint(uint64_t* value) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      *value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return LongVarint(value);
  }

  bool Tag(uint32_t* tag) {
    uint64_t value = 0;
    if (!Varint(&value) || value > std::numeric_limits<uint32_t>::max() || value < 8) return false;
    *tag = static_cast<uint32_t>(value);
    return true;
  }

  // Borrows.
  bool Bytes(std::string_view* value) {
    uint64_t size = 0;
    if (!Varint(&size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    *value = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }

  // The value of a field that is not known. Groups, which no contract of ours has, are refused.
  bool Skip(uint32_t tag) {
    uint64_t number = 0;
    std::string_view bytes;
    switch (tag & 7) {
      case 0: return Varint(&number);
      case 1: return Advance(8);
      case 2: return Bytes(&bytes);
      case 5: return Advance(4);
      default: return false;
    }
  }

 private:
  bool Advance(ptrdiff_t size) {
    if (end_ - at_ < size) return false;
    at_ += size;
    return true;
  }

  bool LongVarint(uint64_t* value) {
    constexpr int kBytesMax = 10;
    uint64_t result = 0;
    for (int i = 0; i < kBytesMax && at_ != end_; ++i) {
      const auto byte = static_cast<unsigned char>(*at_++);
      result |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        *value = result;
        return true;
      }
    }
    return false;
  }

  const char* at_;
  const char* end_;
};

}  // namespace entrepot::mapping
