// Every *.scenario file is a test: lines of a story, and below "----" what the line before answers,
// up to an empty line. A line that fails answers its reason. A line without "----" must succeed.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/reason.h"
#include "tests/scenarios/story.h"

namespace entrepot::scenarios {
namespace {

struct Beat {
  int line = 0;
  std::string told;
  bool checked = false;
  std::string expected;
};

std::vector<Beat> Read(const std::filesystem::path& path) {
  std::vector<Beat> beats;
  std::ifstream file(path);
  std::string text;
  bool expecting = false;
  for (int number = 1; std::getline(file, text); ++number) {
    if (expecting && !text.empty()) {
      beats.back().expected += text + "\n";
    } else if (text == "----") {
      expecting = beats.back().checked = true;
    } else if (text.empty() || text[0] == '#') {
      expecting = false;
    } else {
      beats.push_back({number, text});
    }
  }
  return beats;
}

class Scenario : public testing::Test {
 public:
  explicit Scenario(std::filesystem::path path) : path_(std::move(path)) {}

  void TestBody() override {
    Story story;
    for (const Beat& beat : Read(path_)) {
      const auto answer = story.Tell(beat.told);
      const std::string where = fmt::format("{}:{}: {}", path_.string(), beat.line, beat.told);
      if (beat.checked) {
        EXPECT_EQ(beat.expected, answer.ok() ? *answer : ReasonOf(answer.status()) + "\n")
            << where << "\n"
            << answer.status().message();
      } else {
        ASSERT_TRUE(answer.ok()) << where << ": " << answer.status();
      }
    }
  }

 private:
  std::filesystem::path path_;
};

}  // namespace
}  // namespace entrepot::scenarios

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(ENTREPOT_SCENARIOS)) {
    if (entry.path().extension() == ".scenario") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    testing::RegisterTest(
        "Scenario", path.stem().c_str(), nullptr, nullptr, path.c_str(), 1,
        [path]() -> testing::Test* { return new entrepot::scenarios::Scenario(path); });
  }
  return RUN_ALL_TESTS();
}
