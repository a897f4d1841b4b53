#include "core/config/open_request.h"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <type_traits>

#include "core/config/options.h"
#include "tests/unit/config/config_fixture.h"

namespace entrepot::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_copy_constructible_v<Secret>);

Loaded Configured(const std::string& options) {
  Loaded loaded = LoadText(std::string(kHub) + R"(
connections:
  shop:
    connector: csv
    options: )" + options + R"(
    datasets:
      stock:
        kind: stock_level
        options: {files: "*.csv", content: full, header: yes}
        mapping: {key: [sku, place], fields: {product_id: sku, warehouse_id: place}}
)",
                           "/srv/hub/hub.yaml");
  EXPECT_THAT(Lines(loaded), ::testing::IsEmpty());
  return loaded;
}

std::map<std::string, std::string> Options(
    const google::protobuf::RepeatedPtrField<connector::v1::Option>& options) {
  std::map<std::string, std::string> values;
  for (const auto& option : options) values[option.name()] = option.value();
  return values;
}

TEST(OpenRequest, HoldsOptionsInTheConnectorsForm) {
  const auto request =
      MakeOpenRequest(Configured("{folder: ../in, settle: 5s}"), "shop", CsvManifest());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->contract(), 1);
  EXPECT_EQ(request->connection(), "shop");
  EXPECT_EQ(request->time_zone(), "Europe/Moscow");
  EXPECT_THAT(Options(request->options()),
              UnorderedElementsAre(Pair("folder", "/srv/in"), Pair("settle", "5000"),
                                   Pair("encoding", "utf-8"), Pair("delimiter", ";")));
  ASSERT_EQ(request->datasets_size(), 1);
  const auto& dataset = request->datasets(0);
  EXPECT_EQ(dataset.name(), "stock");
  EXPECT_EQ(dataset.kind(), "stock_level");
  EXPECT_THAT(dataset.key(), ElementsAre("sku", "place"));
  EXPECT_THAT(Options(dataset.options()),
              UnorderedElementsAre(Pair("files", "*.csv"), Pair("content", "full"),
                                   Pair("header", "true")));
}

TEST(OpenRequest, TakesDefaultsInMillisecondsAsTheyAre) {
  const auto request = MakeOpenRequest(Configured("{folder: in}"), "shop", CsvManifest());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(Options(request->options())["settle"], "2000");
}

TEST(OpenRequest, ReadsSecretsFromTheEnvironmentAndFromFiles) {
  setenv("ENTREPOT_TEST_PASSWORD", "hunter2", 1);
  auto request = MakeOpenRequest(
      Configured("{folder: in, password: {env: ENTREPOT_TEST_PASSWORD}}"), "shop", CsvManifest());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(Options(request->options())["password"], "hunter2");

  char path[] = "/tmp/entrepot-secret-XXXXXX";
  const int file = mkstemp(path);
  ASSERT_GE(file, 0);
  std::ofstream(path) << "from a file\n";
  request = MakeOpenRequest(Configured(std::string("{folder: in, password: {file: ") + path + "}}"),
                            "shop", CsvManifest());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(Options(request->options())["password"], "from a file");
  std::remove(path);
}

TEST(OpenRequest, NamesSecretsThatAreNotThere) {
  unsetenv("ENTREPOT_TEST_NOTHING");
  auto request = MakeOpenRequest(Configured("{folder: in, password: {env: ENTREPOT_TEST_NOTHING}}"),
                                 "shop", CsvManifest());
  EXPECT_EQ(request.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(request.status()), "SECRET_MISSING");
  EXPECT_THAT(std::string(request.status().message()),
              HasSubstr("connections.shop.options.password: the environment variable "
                        "ENTREPOT_TEST_NOTHING is not set"));
  request =
      MakeOpenRequest(Configured("{folder: in, password: {file: no/such}}"), "shop", CsvManifest());
  EXPECT_THAT(std::string(request.status().message()), HasSubstr("/srv/hub/no/such"));
}

TEST(OpenRequest, RefusesWhatTheManifestDoesNotAllow) {
  const auto reason = [](const std::string& options, const connector::v1::Manifest& manifest) {
    return ReasonOf(MakeOpenRequest(Configured(options), "shop", manifest).status());
  };
  EXPECT_EQ(reason("{folder: in, colour: red}", CsvManifest()), "UNKNOWN_OPTION");
  EXPECT_EQ(reason("{encoding: utf-8}", CsvManifest()), "MISSING_OPTION");
  EXPECT_EQ(reason("{folder: in, keep: few}", CsvManifest()), "INVALID_OPTION");
  connector::v1::Manifest later = CsvManifest();
  later.set_contract_first(2);
  EXPECT_EQ(reason("{folder: in}", later), "CONTRACT_TOO_NEW");
  EXPECT_EQ(ReasonOf(MakeOpenRequest(Configured("{}"), "ship", CsvManifest()).status()),
            "CONNECTION_NOT_FOUND");
}

TEST(OpenRequest, DoesNotShowSecretsThatAreWrong) {
  connector::v1::OptionSpec spec;
  spec.set_type(connector::v1::OPTION_TYPE_INTEGER);
  spec.set_secret(true);
  const auto converted = ConvertOption(spec, "hunter2", "/");
  EXPECT_EQ(std::string(converted.status().message()), "the value is not a whole number");
}

}  // namespace
}  // namespace entrepot::config
