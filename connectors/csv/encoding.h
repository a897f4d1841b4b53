// How a file's bytes become UTF-8, piece by piece. Every encoding here lets the reader compute how
// many bytes of the file a row took from the row's text alone, so that reading can go on in the
// middle of a file: UTF-8, UTF-16 and the single-byte charsets that contain ASCII.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace entrepot::csv {

// How much text a row is, in the units from which byte counts follow.
struct TextExtent {
  uint64_t bytes = 0;          // of UTF-8
  uint64_t characters = 0;     // code points
  uint64_t supplementary = 0;  // of these, beyond U+FFFF
};

TextExtent MeasureText(std::string_view utf8);

// What stands for bytes that are not valid in the encoding: the noncharacter U+FFFF, which counts
// as one character. In UTF-8 files invalid bytes stay as they are.
inline constexpr std::string_view kInvalidMark = "\xEF\xBF\xBF";

// Position (byte) of the first thing that is no text: invalid UTF-8 or kInvalidMark; npos: none.
size_t FindInvalid(std::string_view utf8);

// The bytes with everything that is no text replaced by U+FFFD.
std::string Printable(std::string_view bytes);

class Decoder {
 public:
  // By name: "utf-8", "utf-16", "utf-16le", "utf-16be", or any single-byte charset that ICU knows
  // ("windows-1251", "cp866", "koi8-r"). Throws sdk::Error (kBadConfiguration) naming the option.
  explicit Decoder(std::string_view name);

  // Lets a byte order mark win: switches to its encoding. Returns the mark's length, 0: none.
  size_t TakeMark(std::string_view start_of_file);

  // Appends `raw` to `text` as UTF-8. Bytes at the end that are only a part of a character are kept
  // for the next call; `last` says that there is none.
  void Append(std::string_view raw, bool last, std::string* text);

  // Forgets a character begun; used before reading elsewhere in the file.
  void Reset() { pending_.clear(); }

  // How many bytes of the file this much text took.
  uint64_t RawSize(const TextExtent& extent) const;

  const std::string& name() const { return name_; }

 private:
  enum class Form { kUtf8, kUtf16Little, kUtf16Big, kSingleByte };
  void LoadTable();
  void AppendSingleByte(std::string_view raw, std::string* text) const;
  void AppendUtf16(std::string_view raw, bool last, std::string* text);

  struct Utf8Bytes {
    char bytes[3];
    uint8_t size;
  };

  Form form_ = Form::kUtf8;
  std::string name_;
  std::string pending_;               // UTF-16: the bytes of an incomplete character
  std::array<Utf8Bytes, 256> table_;  // single-byte charsets
};

}  // namespace entrepot::csv
