#include "encoding.h"

#include <gtest/gtest.h>

#include "entrepot/sdk/error.h"

namespace entrepot::csv {
namespace {

std::string Decode(Decoder decoder, std::string_view raw, size_t piece = 1000) {
  std::string text;
  for (size_t at = 0; at < raw.size(); at += piece) {
    decoder.Append(raw.substr(at, piece), at + piece >= raw.size(), &text);
  }
  return text;
}

TEST(Encoding, ReadsTheCyrillicPages) {
  EXPECT_EQ(Decode(Decoder("windows-1251"), "\xC1\xEE\xEB\xF2 \xB9 5 \x97 \x88"), "Болт № 5 — €");
  EXPECT_EQ(Decode(Decoder("cp866"), "\x81\xAE\xAB\xE2 \xFC"), "Болт №");
  EXPECT_EQ(Decode(Decoder("KOI8-R"), "\xE2\xCF\xCC\xD4"), "Болт");
}

TEST(Encoding, MarksBytesThatAPageDoesNotHave) {
  EXPECT_EQ(Decode(Decoder("windows-1251"), "a\x98z"), "a" + std::string(kInvalidMark) + "z");
  EXPECT_EQ(FindInvalid("a" + std::string(kInvalidMark)), 1u);
  EXPECT_EQ(Printable("a" + std::string(kInvalidMark)), "a\xEF\xBF\xBD");
}

TEST(Encoding, ReadsUtf16InPiecesOfAnySize) {
  const std::string raw("\x16\x04\x3D\xD8\x00\xDE\x41\x00", 8);  // Ж 😀 A
  for (size_t piece = 1; piece <= raw.size(); ++piece) {
    EXPECT_EQ(Decode(Decoder("utf-16le"), raw, piece), "Ж😀A");
  }
}

TEST(Encoding, MarksHalfCharactersOfUtf16) {
  EXPECT_EQ(Decode(Decoder("utf-16le"), std::string_view("\x00\xDE\x41\x00", 4)),
            std::string(kInvalidMark) + "A");
  EXPECT_EQ(Decode(Decoder("utf-16le"), std::string_view("\x41\x00\x42", 3)),
            "A" + std::string(kInvalidMark));
}

TEST(Encoding, LetsAByteOrderMarkWin) {
  Decoder decoder("windows-1251");
  EXPECT_EQ(decoder.TakeMark("\xEF\xBB\xBF"), 3u);
  EXPECT_EQ(Decode(decoder, "Ж"), "Ж");
  Decoder wide("utf-8");
  EXPECT_EQ(wide.TakeMark(std::string_view("\xFE\xFF\x00", 3)), 2u);
  EXPECT_EQ(Decode(wide, std::string_view("\x04\x16", 2)), "Ж");
}

TEST(Encoding, ComputesTheBytesThatTextTookInTheFile) {
  const TextExtent extent = MeasureText("Ж😀a");
  EXPECT_EQ(extent.characters, 3u);
  EXPECT_EQ(Decoder("utf-8").RawSize(extent), 7u);
  EXPECT_EQ(Decoder("utf-16").RawSize(extent), 8u);
  EXPECT_EQ(Decoder("windows-1251").RawSize(MeasureText("Болт")), 4u);
}

TEST(Encoding, RefusesWhatItCannotRead) {
  for (const char* name : {"windows-12510", "shift_jis", "ebcdic-cp-us"}) {
    try {
      Decoder decoder(name);
      FAIL() << name;
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.status(), sdk::Status::kBadConfiguration);
      EXPECT_NE(error.message().find("option 'encoding'"), std::string::npos) << error.message();
    }
  }
}

}  // namespace
}  // namespace entrepot::csv
