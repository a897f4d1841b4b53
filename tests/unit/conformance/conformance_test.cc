// The suite passes what is healthy and finds each fault that was built in.
#include "plugins/conformance/conformance.h"

#include <unistd.h>

#include <sstream>

#include "gmock/gmock.h"
#include "plugins/conformance/samples.h"
#include "plugins/conformance/verdict.h"

namespace entrepot::conformance {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Report {
  int failures = 0;
  std::string text;
};

Report Judge(const std::string& plugin, std::map<std::string, std::string> options = {}) {
  const std::filesystem::path file =
      std::filesystem::path(ENTREPOT_TEST_PLUGINS_DIR) / plugin / (plugin + ".so");
  connector::v1::Dataset dataset;
  dataset.set_name("stock");
  dataset.set_kind("invoice");
  if (plugin == "probe") options.emplace("rows", "120");
  std::ostringstream out;
  const int failures = RunConformance(file, options, {dataset}, out);
  return {failures, out.str()};
}

TEST(Conformance, PassesAHealthyConnector) {
  const Report report = Judge("probe");
  EXPECT_EQ(report.failures, 0) << report.text;
  EXPECT_THAT(report.text, HasSubstr("source 'stock': reads to the end: 120 rows"));
  EXPECT_THAT(report.text, HasSubstr("0 skipped, 0 failed"));
}

TEST(Conformance, GoesNoFurtherWithAFileThatMayNotBeLoaded) {
  const Report report = Judge("links_protobuf");
  EXPECT_EQ(report.failures, 1);
  EXPECT_THAT(report.text, HasSubstr("FAIL  file: is inspected and loads"));
  EXPECT_THAT(report.text, Not(HasSubstr("entry:")));
}

TEST(Conformance, SurvivesAConnectorThatCrashes) {
  const Report report = Judge("probe", {{"behaviour", "crash"}});
  EXPECT_THAT(report.text,
              HasSubstr("FAIL  source 'stock': reads to the end: crashed with signal"));
  EXPECT_THAT(report.text, HasSubstr("ok    sink 'stock': applied is durable"));
}

TEST(Conformance, FindsRowsThatAreLostBetweenBatches) {
  const Report report = Judge("probe", {{"behaviour", "lose_rows"}});
  EXPECT_THAT(report.text, HasSubstr("FAIL  source 'stock': reads on from every cursor: stopped "
                                     "after batch 1 and read on:"));
}

TEST(Conformance, FindsABatchThatIsTooLarge) {
  const Report report = Judge("probe", {{"behaviour", "ignore_limits"}});
  EXPECT_THAT(report.text, HasSubstr("a batch of 120 rows came where 1 were allowed"));
}

TEST(Conformance, FindsACursorTakenWithoutALook) {
  const Report report = Judge("probe", {{"behaviour", "take_any_cursor"}});
  EXPECT_EQ(report.failures, 1) << report.text;
  EXPECT_THAT(report.text, HasSubstr("FAIL  source 'stock': refuses a corrupt cursor"));
}

TEST(Conformance, FindsACallThatDoesNotEndWhenInterrupted) {
  const Report report = Judge("probe", {{"behaviour", "hold_on"}, {"rows", "1"}});
  EXPECT_THAT(report.text, HasSubstr("FAIL  source 'stock': ends soon when interrupted"));
}

TEST(Conformance, FindsASecretInTheLog) {
  const Report report = Judge("probe", {{"behaviour", "tell"}});
  EXPECT_EQ(report.failures, 1) << report.text;
  EXPECT_THAT(report.text, HasSubstr("FAIL  options: the secret 'token' is never shown"));
}

TEST(Conformance, FindsASinkThatForgets) {
  const Report report = Judge("probe", {{"behaviour", "forget"}});
  EXPECT_THAT(report.text, HasSubstr("FAIL  sink 'stock': applied is durable: find does not see"));
}

TEST(Conformance, FindsAnswersOutsideTheHostsMemory) {
  const Report report = Judge("plain_c_foreign_memory");
  EXPECT_THAT(report.text,
              HasSubstr("FAIL  file: is named after its id: the hub looks for plain_c.so"));
  EXPECT_THAT(report.text, HasSubstr("FAIL  source 'stock': reads to the end: read: the answer "
                                     "does not lie in memory from alloc"));
}

TEST(Isolation, SaysHowACheckEnded) {
  EXPECT_EQ(RunIsolated([] { return Ok("fine"); }, absl::Seconds(30)).text, "fine");
  EXPECT_EQ(RunIsolated([] { return Skip("no"); }, absl::Seconds(30)).kind,
            Verdict::Kind::kSkipped);
  const Verdict left = RunIsolated([]() -> Verdict { _exit(3); }, absl::Seconds(30));
  EXPECT_EQ(left.kind, Verdict::Kind::kFailed);
  EXPECT_EQ(left.text, "ended the process with exit status 3");
  const Verdict hung = RunIsolated(
      []() -> Verdict {
        while (true) pause();
      },
      absl::Milliseconds(50));
  EXPECT_EQ(hung.kind, Verdict::Kind::kFailed);
  EXPECT_THAT(hung.text, HasSubstr("did not return"));
}

TEST(Samples, AddUp) {
  const auto item = SampleItem("invoice", "N-1", 2);
  const auto& invoice = item.record().invoice();
  EXPECT_EQ(invoice.net().units() + invoice.vat().units(), invoice.gross().units());
  EXPECT_EQ(invoice.gross().units(), 240);
  EXPECT_EQ(item.correlation_key(), "N-1");
  EXPECT_EQ(item.references_size(), 1);
  EXPECT_EQ(SampleItem("client", "C-1", 1).record().client().code(), "C-1");
  EXPECT_EQ(SampleItem("no_kind", "X", 1).record().body_case(), v1::Record::BODY_NOT_SET);
}

TEST(Samples, RowsCarryTheRecordsNumberAndRevision) {
  connector::v1::ApplyRequest request;
  *request.add_items() = SampleItem("client", "C-1", 2);
  AddRows({{"code", "{number}"}, {"name", "{number} of {revision}"}}, &request);
  ASSERT_EQ(request.columns_size(), 2);
  EXPECT_EQ(request.columns(1), "name");
  EXPECT_EQ(request.items(0).row().cells(0), "C-1");
  EXPECT_EQ(request.items(0).row().cells(1), "C-1 of 2");
}

}  // namespace
}  // namespace entrepot::conformance
