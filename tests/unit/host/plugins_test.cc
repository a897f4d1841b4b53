#include "plugins/host/plugins.h"

#include "core/base/reason.h"
#include "gmock/gmock.h"
#include "tests/unit/host/plugin_files.h"

namespace entrepot::host {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class PluginsTest : public testing::Test {
 protected:
  // Puts a built connector where the hub looks, as a person would: copied beside and renamed.
  void Install(const std::string& built, const std::string& as) {
    fs::create_directories(folder_);
    fs::copy_file(PluginFile(built), folder_ / "copying", fs::copy_options::overwrite_existing);
    fs::rename(folder_ / "copying", folder_ / as);
  }
  absl::Status Refusal(const std::string& built, const std::string& as) {
    Install(built, as + ".so");
    return plugins_.Describe(as).status();
  }

  ScratchFolder scratch_;
  fs::path folder_ = scratch_.path() / "plugins";
  Plugins plugins_{{scratch_.path() / "missing", folder_}, scratch_.path() / "copies"};
};

TEST_F(PluginsTest, DescribesAConnectorByItsId) {
  Install("probe", "probe.so");
  const auto manifest = plugins_.Describe("probe");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->id(), "probe");
  EXPECT_EQ(manifest->version(), "1.0.0");
  EXPECT_TRUE(manifest->source());
  EXPECT_TRUE(manifest->sink());
  EXPECT_TRUE(manifest->finds());
  ASSERT_EQ(manifest->options_size(), 6);
  EXPECT_EQ(manifest->options(1).name(), "rows");
  EXPECT_EQ(manifest->options(1).type(), connector::v1::OPTION_TYPE_INTEGER);
  EXPECT_EQ(manifest->options(1).default_value(), "250");
  EXPECT_TRUE(manifest->options(2).secret());
  EXPECT_THAT(plugins_.Known(), ElementsAre("probe"));
}

TEST_F(PluginsTest, NamesTheKnownOnesWhenOneIsMissing) {
  Install("probe", "probe.so");
  const absl::Status status = plugins_.Describe("prob").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "CONNECTOR_NOT_FOUND");
  EXPECT_THAT(std::string(status.message()), HasSubstr("there are probe"));
}

TEST_F(PluginsTest, TakesNoPathForAnId) {
  Install("probe", "probe.so");
  EXPECT_EQ(plugins_.Describe("../plugins/probe").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(plugins_.Describe("").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PluginsTest, RefusesAFileThatIsNamedOtherwiseThanItsId) {
  const absl::Status status = Refusal("probe", "renamed");
  EXPECT_EQ(ReasonOf(status), "CONNECTOR_REFUSED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("name the file probe.so"));
}

TEST_F(PluginsTest, RefusesTablesAndManifestsThatBreakTheContract) {
  EXPECT_THAT(std::string(Refusal("plain_c_short_table", "plain_c").message()),
              HasSubstr("too short for its ABI"));
  EXPECT_THAT(std::string(Refusal("plain_c_no_open", "plain_c").message()),
              HasSubstr("lacks one of create, destroy, open"));
  EXPECT_THAT(std::string(Refusal("plain_c_null_table", "plain_c").message()),
              HasSubstr("gives no connector to this hub"));
  EXPECT_THAT(std::string(Refusal("plain_c_bad_manifest", "plain_c").message()),
              HasSubstr("manifest that cannot be read"));
  EXPECT_THAT(std::string(Refusal("plain_c_misnamed", "another").message()),
              HasSubstr("calls itself 'plain_c' in its manifest and 'another' in its note"));
}

TEST_F(PluginsTest, LoadsANewVersionBesideTheOneInUse) {
  Install("probe", "probe.so");
  auto old = plugins_.Open("probe", OpenWith({}));
  ASSERT_TRUE(old.ok()) << old.status();
  Install("probe_next", "probe.so");  // as an update overwrites it
  // It is still a "probe", only built anew.
  auto fresh = plugins_.Open("probe", OpenWith({}));
  ASSERT_TRUE(fresh.ok()) << fresh.status();

  connector::v1::CheckResponse response;
  ASSERT_TRUE((*old)->Check(&response).ok());
  EXPECT_EQ(response.findings(0), "1.0.0");
  ASSERT_TRUE((*fresh)->Check(&response).ok());
  EXPECT_EQ(response.findings(0), "2.0.0");
}

TEST_F(PluginsTest, SurvivesThatAFileInUseIsOverwrittenInPlace) {
  Install("probe", "probe.so");
  auto connection = plugins_.Open("probe", OpenWith({}));
  ASSERT_TRUE(connection.ok()) << connection.status();
  WriteFile(folder_ / "probe.so", "");  // the mapped file itself would fault now
  connector::v1::ReadRequest request;
  request.set_rows_max(10);
  request.set_bytes_max(1 << 20);
  connector::v1::ReadResponse response;
  EXPECT_TRUE((*connection)->Read(request, &response).ok());
  EXPECT_EQ(response.rows().rows_size(), 10);
  EXPECT_EQ(ReasonOf(plugins_.Describe("probe").status()), "CONNECTOR_REFUSED");
}

TEST_F(PluginsTest, KeepsOneCopyOfEachConnector) {
  Install("probe", "probe.so");
  ASSERT_TRUE(plugins_.Describe("probe").ok());
  Install("probe_next", "probe.so");
  ASSERT_TRUE(plugins_.Describe("probe").ok());
  const fs::directory_iterator copies(scratch_.path() / "copies" / "probe");
  EXPECT_EQ(std::distance(begin(copies), end(copies)), 1);
}

}  // namespace
}  // namespace entrepot::host
