#include "cursor.h"

#include <entrepot/sdk/error.h>

#include <charconv>
#include <cstdint>

namespace entrepot::sql {
namespace {

constexpr std::string_view kMagic = "sql1";
constexpr size_t kKeyPartsMax = 64;

class Writer {
 public:
  void Text(std::string_view text) {
    out_.append(std::to_string(text.size())).append(":").append(text);
  }
  void Optional(const std::optional<std::string>& text) {
    out_ += text ? '+' : '-';
    if (text) Text(*text);
  }
  void List(const std::vector<std::string>& texts) {
    Text(std::to_string(texts.size()));
    for (const std::string& text : texts) Text(text);
  }
  void Place(const Progress& progress) {
    Optional(progress.position.value);
    List(progress.position.key);
    Optional(progress.floor);
  }
  void Letter(char letter) { out_ += letter; }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  char Letter() {
    if (rest_.empty()) Fail();
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    return letter;
  }
  std::string Text() {
    size_t size = 0;
    const auto number = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    const auto digits = static_cast<size_t>(number.ptr - rest_.data());
    if (number.ec != std::errc() || digits >= rest_.size() || rest_[digits] != ':') Fail();
    rest_.remove_prefix(digits + 1);
    if (size > rest_.size()) Fail();
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  std::optional<std::string> Optional() {
    const char letter = Letter();
    if (letter == '-') return std::nullopt;
    if (letter != '+') Fail();
    return Text();
  }
  std::vector<std::string> List() {
    const std::string count_text = Text();
    size_t count = 0;
    const auto number =
        std::from_chars(count_text.data(), count_text.data() + count_text.size(), count);
    if (number.ec != std::errc() || count > kKeyPartsMax) Fail();
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) texts.push_back(Text());
    return texts;
  }
  Progress Place() {
    Progress progress;
    progress.position.value = Optional();
    progress.position.key = List();
    progress.floor = Optional();
    return progress;
  }
  void End() const {
    if (!rest_.empty()) Fail();
  }
  [[noreturn]] static void Fail() { throw sdk::BadData("the cursor is none of this connector's"); }

 private:
  std::string_view rest_;
};

}  // namespace

std::string Cursor::Encode() const {
  Writer writer;
  writer.Text(kMagic);
  writer.Letter(static_cast<char>(phase));
  writer.Text(order);
  writer.List(snapshot_key);
  writer.Place(changes);
  writer.Place(deletions);
  return writer.Take();
}

Cursor Cursor::Decode(std::string_view text) {
  Cursor cursor;
  if (text.empty()) return cursor;
  Reader reader(text);
  if (reader.Text() != kMagic) Reader::Fail();
  const char phase = reader.Letter();
  if (std::string_view("NSCDE").find(phase) == std::string_view::npos) Reader::Fail();
  cursor.phase = static_cast<Phase>(phase);
  cursor.order = reader.Text();
  cursor.snapshot_key = reader.List();
  cursor.changes = reader.Place();
  cursor.deletions = reader.Place();
  reader.End();
  return cursor;
}

}  // namespace entrepot::sql
