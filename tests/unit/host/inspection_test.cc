#include "plugins/host/inspection.h"

#include <random>

#include "core/base/reason.h"
#include "gmock/gmock.h"
#include "plugins/host/elf_image.h"
#include "tests/unit/host/plugin_files.h"

namespace entrepot::host {
namespace {

using testing::HasSubstr;

absl::Status Verdict(const std::filesystem::path& file) {
  const auto bytes = ReadPlugin(file);
  if (!bytes.ok()) return bytes.status();
  return Inspect(file, *bytes).status();
}

void ExpectRefused(const std::string& plugin, const std::string& why) {
  const absl::Status status = Verdict(PluginFile(plugin));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ReasonOf(status), "CONNECTOR_REFUSED");
  EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  EXPECT_THAT(std::string(status.message()), HasSubstr(plugin + ".so"));
}

TEST(Inspection, ReadsTheNoteOfAHealthyConnector) {
  const auto bytes = ReadPlugin(PluginFile("probe"));
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto inspection = Inspect(PluginFile("probe"), *bytes);
  ASSERT_TRUE(inspection.ok()) << inspection.status();
  EXPECT_EQ(inspection->id, "probe");
  EXPECT_EQ(inspection->abi_major, 1u);
  EXPECT_EQ(inspection->abi_minor, 1u);
}

TEST(Inspection, AcceptsAConnectorWrittenInPlainC) {
  EXPECT_TRUE(Verdict(PluginFile("plain_c_healthy")).ok());
}

TEST(Inspection, AcceptsANewerMinorAbi) { EXPECT_TRUE(Verdict(PluginFile("plain_c_minor")).ok()); }

TEST(Inspection, RefusesAnOlderAndANewerMajorAbiAndSaysWhichSideIsOld) {
  ExpectRefused("plain_c_old", "speaks connector ABI 0.9, this hub 1.1: build it with a newer SDK");
  ExpectRefused("plain_c_new", "speaks connector ABI 2.0, this hub 1.1: it needs a newer hub");
}

TEST(Inspection, RefusesALibraryWithoutANote) {
  ExpectRefused("no_note", "is no Entrepot connector");
}

TEST(Inspection, RefusesANoteThatCannotBeRead) {
  ExpectRefused("plain_c_odd_note", "note that cannot be read");
}

TEST(Inspection, RefusesAConnectorThatLinksProtobuf) {
  ExpectRefused("links_protobuf", "links libprotobuf");
}

TEST(Inspection, RefusesAConnectorThatExportsMoreThanItsEntry) {
  ExpectRefused("leaky", "entrepot_add_connector");
}

TEST(Inspection, RefusesWhatIsNoElfFile) {
  const ScratchFolder scratch;
  for (const std::string& bytes :
       {std::string(), std::string("#!/bin/sh\n"), std::string(100000, 'x'),
        std::string("\x7f"
                    "ELF",
                    4)}) {
    WriteFile(scratch.path() / "odd.so", bytes);
    const absl::Status status = Verdict(scratch.path() / "odd.so");
    EXPECT_EQ(ReasonOf(status), "CONNECTOR_REFUSED") << status;
  }
}

TEST(Inspection, RefusesAFolderAndNamesAMissingFile) {
  const ScratchFolder scratch;
  EXPECT_EQ(ReasonOf(Verdict(scratch.path())), "CONNECTOR_REFUSED");
  const absl::Status missing = Verdict(scratch.path() / "none.so");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("none.so"));
}

TEST(Inspection, RefusesAnExecutable) {
  const auto bytes = ReadPlugin("/proc/self/exe");
  ASSERT_TRUE(bytes.ok());
  EXPECT_FALSE(Inspect("/proc/self/exe", *bytes).ok());
}

TEST(ElfImage, SurvivesEveryTruncation) {
  const std::string whole = BytesOf(PluginFile("plain_c_healthy"));
  for (size_t size = 0; size < whole.size(); size += size < 512 ? 1 : 37) {
    // A copy of its own, so that the address sanitizer sees a read past the end.
    const std::string part = whole.substr(0, size);
    EXPECT_FALSE(ReadElf(part, ".note.entrepot.connector").ok()) << size;
  }
}

TEST(ElfImage, SurvivesBitsThatFlipped) {
  const std::string whole = BytesOf(PluginFile("plain_c_healthy"));
  const size_t header = 64;
  const auto image = ReadElf(whole, ".note.entrepot.connector");
  ASSERT_TRUE(image.ok());
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < flips; ++i) {
      // Half in the header and at the end, where the section table lies.
      const size_t at = random() % 2 == 0 ? random() % bytes.size()
                        : random() % 2 == 0
                            ? random() % header
                            : bytes.size() - 1 - random() % std::min<size_t>(2048, bytes.size());
      bytes[at] = static_cast<char>(random());
    }
    (void)ReadElf(bytes, ".note.entrepot.connector").status();
  }
}

}  // namespace
}  // namespace entrepot::host
