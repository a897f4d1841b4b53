#include "entrepot/sdk/options.h"

#include "entrepot/sdk/manifest.h"
#include "gtest/gtest.h"

namespace entrepot::sdk {
namespace {

Manifest Sample() {
  ManifestBuilder about("sample", "1.2.3");
  about.Title("A sample").Source().Finds(std::chrono::milliseconds(2500)).AppendOnly();
  about.Option("folder", OptionType::kPath, "Where files lie.").Required();
  about.Option("limit", OptionType::kInteger, "How many.").Default("10");
  about.Option("strict", OptionType::kBoolean, "Whether.").Default("true");
  about.Option("settle", OptionType::kDuration, "How long.");
  about.Option("mode", OptionType::kChoice, "Which.").Choices({"a", "b"});
  about.Option("token", OptionType::kInteger, "A secret number.").Secret();
  return about.Build();
}

// What Options says about these.
std::string Refusal(const std::vector<Option>& given) {
  try {
    Options(given, Sample().options, "");
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), Status::kBadConfiguration);
    return error.message();
  }
  return "";
}

TEST(ManifestBuilder, WritesDownWhatItIsTold) {
  const Manifest manifest = Sample();
  EXPECT_EQ(manifest.id, "sample");
  EXPECT_EQ(manifest.contract_first, 1u);
  EXPECT_EQ(manifest.contract_last, 1u);
  EXPECT_TRUE(manifest.source);
  EXPECT_FALSE(manifest.sink);
  EXPECT_TRUE(manifest.append_only);
  ASSERT_TRUE(manifest.settle);
  EXPECT_EQ(manifest.settle->seconds, 2);
  EXPECT_EQ(manifest.settle->nanos, 500000000);
  ASSERT_EQ(manifest.options.size(), 6u);
  EXPECT_TRUE(manifest.options[0].required);
  EXPECT_EQ(manifest.options[4].choices.size(), 2u);
}

TEST(Options, GivesValuesAndDefaultsByType) {
  const Options options({{"folder", "/srv"}, {"settle", "1500"}, {"mode", "b"}, {"limit", "-3"}},
                        Sample().options, "");
  EXPECT_EQ(options.Text("folder"), "/srv");
  EXPECT_EQ(options.Integer("limit"), -3);
  EXPECT_TRUE(options.Boolean("strict"));
  EXPECT_EQ(options.Duration("settle"), std::chrono::milliseconds(1500));
  EXPECT_EQ(options.Text("mode"), "b");
  EXPECT_FALSE(options.Has("token"));
  EXPECT_EQ(options.Integer("token"), 0);
}

TEST(Options, NamesWhatIsWrong) {
  EXPECT_EQ(Refusal({}), "option 'folder': is required and missing: Where files lie.");
  EXPECT_EQ(Refusal({{"folder", "/"}, {"limit", "1.5"}}),
            "option 'limit': '1.5' is not a whole number");
  EXPECT_EQ(Refusal({{"folder", "/"}, {"limit", "99999999999999999999"}}),
            "option 'limit': '99999999999999999999' is not a whole number");
  EXPECT_EQ(Refusal({{"folder", "/"}, {"folder", "/tmp"}}), "option 'folder': given twice");
  EXPECT_EQ(Refusal({{"folder", "/"}, {"mode", "c"}}), "option 'mode': 'c' is not one of: a, b");
  EXPECT_EQ(Refusal({{"fodler", "/"}}),
            "option 'fodler': there is no such option; there are: folder, limit, strict, settle, "
            "mode, token");
}

TEST(Options, NeverShowsASecret) {
  EXPECT_EQ(Refusal({{"folder", "/"}, {"token", "hunter2"}}),
            "option 'token': the value is not a whole number");
}

TEST(Options, CallsAnUndeclaredNameTheConnectorsMistake) {
  const Options options({{"folder", "/srv"}}, Sample().options, "");
  try {
    (void)options.Text("fodler");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), Status::kInternal);
  }
}

}  // namespace
}  // namespace entrepot::sdk
