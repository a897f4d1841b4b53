// Integers and bytes in packed rows: what the change log and the bulk records are made of. Varints
// are those of protobuf; fixed numbers are little-endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace entrepot::store {

// At `to`, where there is room for kVarintMax and 8 bytes; what follows them is returned.
inline constexpr size_t kVarintMax = 10;
inline char* PutVarint(uint64_t value, char* to) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}
inline char* PutFixed(uint64_t value, char* to) {
  for (int i = 0; i < 8; ++i) to[i] = static_cast<char>(value >> (8 * i));
  return to + 8;
}

inline void PackVarint(uint64_t value, std::string* out) {
  char bytes[kVarintMax];
  out->append(bytes, PutVarint(value, bytes));
}

inline void PackFixed(uint64_t value, std::string* out) {
  char bytes[8];
  out->append(bytes, PutFixed(value, bytes));
}

inline void PackBytes(std::string_view bytes, std::string* out) {
  PackVarint(bytes.size(), out);
  out->append(bytes);
}

// Reads what the functions above wrote. Past the end, or on a broken varint, everything reads as
// zero and ok() is false: check it once, after the last read.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  uint64_t Varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) [[likely]] {
      return static_cast<unsigned char>(*at_++);
    }
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }

  uint64_t Fixed() {
    if (end_ - at_ < 8) return Fail();
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(at_[i])) << (8 * i);
    }
    at_ += 8;
    return value;
  }

  // Borrows from the packed row.
  std::string_view Bytes() {
    const uint64_t size = Varint();
    if (size > static_cast<uint64_t>(end_ - at_)) {
      Fail();
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }

  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }

 private:
  uint64_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace entrepot::store
