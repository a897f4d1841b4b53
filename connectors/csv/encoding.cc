#include "encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

#include "entrepot/sdk/error.h"

namespace entrepot::csv {
namespace {

std::string LowerCase(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return lower;
}

[[noreturn]] void FailUnknown(std::string_view name, std::string_view why) {
  throw sdk::BadConfiguration("encoding",
                              "'" + std::string(name) + "' " + std::string(why) +
                                  "; usual ones are utf-8, windows-1251, cp866, koi8-r and utf-16");
}

}  // namespace

TextExtent MeasureText(std::string_view utf8) {
  TextExtent extent;
  extent.bytes = utf8.size();
  uint64_t continuations = 0;
  uint64_t supplementary = 0;
  for (const char c : utf8) {
    continuations += static_cast<signed char>(c) < -64;
    supplementary += static_cast<unsigned char>(c) >= 0xF0;
  }
  extent.characters = extent.bytes - continuations;
  extent.supplementary = supplementary;
  return extent;
}

size_t FindInvalid(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(utf8.data());
  const size_t size = utf8.size();
  size_t at = 0;
  while (at < size) {
    const size_t start = at;
    UChar32 c;
    U8_NEXT(bytes, at, size, c);
    if (c < 0 || c == 0xFFFF) return start;
  }
  return std::string_view::npos;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    const size_t start = at;
    UChar32 c;
    U8_NEXT(bytes, at, text.size(), c);
    if (c < 0 || c == 0xFFFF) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(start, at - start);
    }
  }
  return out;
}

Decoder::Decoder(std::string_view name) : name_(LowerCase(name)) {
  if (name_ == "utf-8" || name_ == "utf8") {
    form_ = Form::kUtf8;
  } else if (name_ == "utf-16" || name_ == "utf-16le") {
    form_ = Form::kUtf16Little;
  } else if (name_ == "utf-16be") {
    form_ = Form::kUtf16Big;
  } else {
    form_ = Form::kSingleByte;
    LoadTable();
  }
}

void Decoder::LoadTable() {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(name_.c_str(), &error),
                                                               &ucnv_close);
  if (U_FAILURE(error)) FailUnknown(name_, "is not a known encoding");
  if (ucnv_getMaxCharSize(converter.get()) != 1) {
    FailUnknown(name_, "has characters of several bytes, which is supported for UTF only");
  }
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  for (int byte = 0; byte < 256; ++byte) {
    const char source = static_cast<char>(byte);
    UChar target[4] = {};
    UErrorCode failure = U_ZERO_ERROR;
    const int32_t length = ucnv_toUChars(converter.get(), target, 4, &source, 1, &failure);
    // ICU passes bytes that a Windows page leaves free through as C1 controls; nobody writes those.
    const bool free_byte = byte >= 0x80 && length == 1 && target[0] >= 0x80 && target[0] < 0xA0;
    UChar32 character = 0xFFFF;
    if (U_SUCCESS(failure) && length == 1 && !free_byte) character = target[0];
    // Some DOS pages swap control characters; in files they are what they are.
    if (byte < 0x20 || byte == 0x7F) character = byte;
    if (byte < 0x80 && character != byte) FailUnknown(name_, "does not contain ASCII");
    uint8_t encoded[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(encoded, size, character);
    Utf8Bytes& entry = table_[byte];
    entry.size = static_cast<uint8_t>(size);
    std::copy_n(encoded, std::min<int32_t>(size, 3), entry.bytes);
  }
}

size_t Decoder::TakeMark(std::string_view start) {
  const auto starts = [&](std::string_view mark) { return start.substr(0, mark.size()) == mark; };
  if (starts("\xEF\xBB\xBF")) {
    form_ = Form::kUtf8;
    return 3;
  }
  if (starts("\xFF\xFE")) {
    form_ = Form::kUtf16Little;
    return 2;
  }
  if (starts("\xFE\xFF")) {
    form_ = Form::kUtf16Big;
    return 2;
  }
  return 0;
}

void Decoder::Append(std::string_view raw, bool last, std::string* text) {
  switch (form_) {
    case Form::kUtf8: text->append(raw); break;
    case Form::kSingleByte: AppendSingleByte(raw, text); break;
    case Form::kUtf16Little:
    case Form::kUtf16Big: AppendUtf16(raw, last, text); break;
  }
}

void Decoder::AppendSingleByte(std::string_view raw, std::string* text) const {
  const size_t before = text->size();
  text->resize(before + raw.size() * 3);
  char* to = text->data() + before;
  for (const char c : raw) {
    // Copies three bytes whatever the size: a branch on the size costs more.
    const Utf8Bytes& entry = table_[static_cast<uint8_t>(c)];
    to[0] = entry.bytes[0];
    to[1] = entry.bytes[1];
    to[2] = entry.bytes[2];
    to += entry.size;
  }
  text->resize(static_cast<size_t>(to - text->data()));
}

void Decoder::AppendUtf16(std::string_view raw, bool last, std::string* text) {
  pending_.append(raw);
  const auto unit = [&](size_t at) -> UChar32 {
    const auto first = static_cast<uint8_t>(pending_[at]);
    const auto second = static_cast<uint8_t>(pending_[at + 1]);
    return form_ == Form::kUtf16Little ? first | second << 8 : second | first << 8;
  };
  size_t at = 0;
  while (at + 2 <= pending_.size()) {
    UChar32 character = unit(at);
    size_t taken = 2;
    if (U16_IS_LEAD(character)) {
      if (at + 4 > pending_.size() && !last) break;
      if (at + 4 <= pending_.size() && U16_IS_TRAIL(unit(at + 2))) {
        character = U16_GET_SUPPLEMENTARY(character, unit(at + 2));
        taken = 4;
      }
    }
    if (U_IS_SURROGATE(character)) character = 0xFFFF;
    uint8_t encoded[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(encoded, size, character);
    text->append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(size));
    at += taken;
  }
  pending_.erase(0, at);
  if (last && !pending_.empty()) {
    text->append(kInvalidMark);
    pending_.clear();
  }
}

uint64_t Decoder::RawSize(const TextExtent& extent) const {
  switch (form_) {
    case Form::kUtf8: return extent.bytes;
    case Form::kSingleByte: return extent.characters;
    case Form::kUtf16Little:
    case Form::kUtf16Big: return 2 * (extent.characters + extent.supplementary);
  }
  return extent.bytes;
}

}  // namespace entrepot::csv
