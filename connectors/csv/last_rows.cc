#include "last_rows.h"

#include <algorithm>

#include "entrepot/sdk/error.h"

namespace entrepot::csv {
namespace {

// Some 64 bytes each.
constexpr size_t kKeysMax = 20'000'000;
constexpr uint64_t kRowsPerTick = 4096;

}  // namespace

LastRows::Hash LastRows::KeyHash(const FileReader& reader) const {
  // FNV-1a with 128 bits: two of a hundred million keys meet once in 10^22 times.
  constexpr Hash kPrime = (Hash{1} << 88) + 0x13B;
  Hash hash = (Hash{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  const auto mix = [&](uint8_t byte) { hash = (hash ^ byte) * kPrime; };
  for (const std::string& name : key_) {
    const auto column = std::find(reader.columns().begin(), reader.columns().end(), name);
    const size_t index = static_cast<size_t>(column - reader.columns().begin());
    if (index < reader.row().cells.size()) {
      for (const char c : reader.row().cells[index].text) mix(static_cast<uint8_t>(c));
    }
    mix(0xFF);  // never in UTF-8: ends a cell
  }
  return hash;
}

void LastRows::Add(uint64_t number, FileReader& reader, const std::function<void()>& tick) {
  if (key_.empty()) return;
  uint64_t count = 0;
  for (Scan scan = reader.Next(); scan != Scan::kEnd; scan = reader.Next()) {
    if (++count % kRowsPerTick == 0) tick();
    if (scan != Scan::kRow) continue;
    last_[KeyHash(reader)] = {number, reader.row_offset()};
    if (last_.size() > kKeysMax) {
      throw sdk::BadData("the kept files hold more than " + std::to_string(kKeysMax) +
                         " keys, too many to read again at once; keep fewer files (option keep)");
    }
  }
}

bool LastRows::Holds(uint64_t number, const FileReader& reader) const {
  if (key_.empty()) return true;
  const auto place = last_.find(KeyHash(reader));
  return place != last_.end() && place->second.number == number &&
         place->second.offset == reader.row_offset();
}

}  // namespace entrepot::csv
