#include "plugins/host/plugin_connection.h"

#include <atomic>
#include <set>
#include <thread>

#include "core/base/reason.h"
#include "core/base/retry_after.h"
#include "gmock/gmock.h"
#include "tests/unit/host/plugin_files.h"

namespace entrepot::host {
namespace {

namespace contract = ::entrepot::connector::v1;
using testing::HasSubstr;
using testing::Not;

class PluginConnectionTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<PluginConnection>> TryOpen(
      const std::string& plugin, const contract::OpenRequest& request,
      size_t answer_bytes_max = kAnswerBytesMax) {
    auto library = Library::Load(PluginFile(plugin), scratch_.path());
    if (!library.ok()) return library.status();
    return PluginConnection::Open(*std::move(library), request, answer_bytes_max);
  }
  std::unique_ptr<PluginConnection> Open(const std::string& plugin,
                                         const contract::OpenRequest& request,
                                         size_t answer_bytes_max = kAnswerBytesMax) {
    auto connection = TryOpen(plugin, request, answer_bytes_max);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }
  // What Read says with this behaviour.
  absl::Status ReadOf(const std::string& behaviour) {
    auto connection = Open("probe", OpenWith({{"behaviour", behaviour}}));
    contract::ReadResponse response;
    return connection->Read(Limits(100), &response);
  }
  static contract::ReadRequest Limits(uint32_t rows_max, uint64_t bytes_max = 1 << 20) {
    contract::ReadRequest request;
    request.set_dataset("stock");
    request.set_rows_max(rows_max);
    request.set_bytes_max(bytes_max);
    return request;
  }

  ScratchFolder scratch_;
};

TEST_F(PluginConnectionTest, ReadsRowsBatchByBatch) {
  auto connection = Open("probe", OpenWith({{"rows", "250"}}));
  contract::ReadRequest request = Limits(100);
  contract::ReadResponse response;
  std::set<std::string> keys;
  int batches = 0;
  do {
    ASSERT_TRUE(connection->Read(request, &response).ok());
    ++batches;
    ASSERT_EQ(response.rows().columns_size(), 3);
    EXPECT_EQ(response.snapshot_begin(), batches == 1);
    for (const contract::Row& row : response.rows().rows()) {
      ASSERT_EQ(row.cells_size(), 3);
      ASSERT_EQ(row.positions_size(), 3);
      EXPECT_EQ(row.positions(1), 12u);
      EXPECT_EQ(row.absent_size(), row.line() % 10 == 0 ? 1 : 0);
      keys.insert(row.cells(0));
    }
    request.set_cursor(response.next_cursor());
  } while (!response.end());
  EXPECT_EQ(batches, 3);
  EXPECT_EQ(keys.size(), 250u);
  EXPECT_TRUE(response.snapshot_end());
}

TEST_F(PluginConnectionTest, GivesTheConnectorsReasonsAsStatuses) {
  const struct {
    const char* behaviour;
    absl::StatusCode code;
    const char* reason;
    const char* message;
  } cases[] = {
      {"throw_runtime_error", absl::StatusCode::kInternal, "CONNECTOR_FAULT", "disk is on fire"},
      {"throw_number", absl::StatusCode::kInternal, "CONNECTOR_FAULT", "no std::exception"},
      {"unavailable", absl::StatusCode::kUnavailable, "CONNECTOR_UNAVAILABLE", "nobody answers"},
      {"rate_limited", absl::StatusCode::kResourceExhausted, "CONNECTOR_RATE_LIMITED", "too fast"},
      {"narrow_row", absl::StatusCode::kInternal, "CONNECTOR_FAULT", "1 cells for 2 columns"},
  };
  for (const auto& expected : cases) {
    const absl::Status status = ReadOf(expected.behaviour);
    EXPECT_EQ(status.code(), expected.code) << status;
    EXPECT_EQ(ReasonOf(status), expected.reason);
    EXPECT_THAT(std::string(status.message()), HasSubstr(expected.message));
    EXPECT_THAT(std::string(status.message()), HasSubstr("probe: "));
  }
}

TEST_F(PluginConnectionTest, CarriesTheTimeToWait) {
  EXPECT_EQ(RetryAfterOf(ReadOf("rate_limited")), absl::Milliseconds(2500));
  EXPECT_EQ(RetryAfterOf(ReadOf("unavailable")), std::nullopt);
}

TEST_F(PluginConnectionTest, MakesOneLineOfWhateverAConnectorSays) {
  EXPECT_EQ(std::string(ReadOf("garbage_text").message()),
            "probe: bytes \uFFFD\uFFFD and a second line");
}

TEST_F(PluginConnectionTest, WorksOnAfterAFailedCall) {
  auto connection = Open("probe", OpenWith({{"behaviour", "echo_full"}}));
  contract::ReadRequest request = Limits(10);
  contract::ReadResponse response;
  request.set_full(true);
  EXPECT_FALSE(connection->Read(request, &response).ok());
  EXPECT_EQ(response.ByteSizeLong(), 0u);
  request.set_full(false);
  EXPECT_TRUE(connection->Read(request, &response).ok());
}

TEST_F(PluginConnectionTest, NamesTheOptionThatIsWrong) {
  const struct {
    std::pair<std::string, std::string> option;
    const char* message;
  } cases[] = {
      {{"rows", "many"}, "option 'rows': 'many' is not a whole number"},
      {{"strict", "yes"}, "option 'strict': 'yes' is not 'true' or 'false'"},
      {{"mode", "medium"}, "option 'mode': 'medium' is not one of: slow, fast"},
      {{"pause", "1s"}, "option 'pause': '1s' is not a duration in milliseconds"},
      {{"raws", "1"}, "option 'raws': there is no such option; there are: behaviour, rows"},
      {{"behaviour", "refuse_open"}, "option 'behaviour': must not refuse"},
  };
  for (const auto& expected : cases) {
    const absl::Status status = TryOpen("probe", OpenWith({expected.option})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(ReasonOf(status), "CONNECTOR_BAD_CONFIGURATION");
    EXPECT_THAT(std::string(status.message()), HasSubstr(expected.message));
  }
  contract::OpenRequest request = OpenWith({});
  request.add_datasets()->set_name("stock");
  auto* option = request.mutable_datasets(0)->add_options();
  option->set_name("tabel");
  EXPECT_THAT(std::string(TryOpen("probe", request).status().message()),
              HasSubstr("option 'tabel': there is no such option of dataset 'stock'"));
}

TEST_F(PluginConnectionTest, KeepsSecretsOutOfErrorsAndLogs) {
  const std::string secret = "correct-horse";
  auto connection = Open("probe", OpenWith({{"behaviour", "denied"}, {"token", secret}}));
  contract::CheckResponse response;
  const absl::Status status = connection->Check(&response);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(std::string(status.message()), "probe: the password [secret] is wrong");

  testing::internal::CaptureStderr();
  Open("probe", OpenWith({{"behaviour", "tell"}, {"token", secret}}));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("opened with [secret]"));
  EXPECT_THAT(log, Not(HasSubstr(secret)));
}

TEST_F(PluginConnectionTest, InterruptsACallThatWaitsOrSpins) {
  for (const char* behaviour : {"wait", "spin"}) {
    auto connection = Open("probe", OpenWith({{"behaviour", behaviour}}));
    absl::Status status;
    std::atomic<bool> returned = false;
    std::thread reader([&] {
      contract::ReadResponse response;
      status = connection->Read(Limits(10), &response);
      returned = true;
    });
    // An interrupt that comes before the call has begun is void, hence again and again.
    while (!returned) {
      connection->Interrupt();
      std::this_thread::yield();
    }
    reader.join();
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
    EXPECT_EQ(ReasonOf(status), "CONNECTOR_INTERRUPTED");
    contract::CheckResponse response;
    EXPECT_TRUE(connection->Check(&response).ok()) << "later calls work";
  }
}

TEST_F(PluginConnectionTest, TellsWhatAConnectorCannotDo) {
  auto connection = Open("plain_c_healthy", OpenWith({}));
  contract::ListResponse response;
  const absl::Status status = connection->List({}, &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(std::string(status.message()), "connector plain_c has no 'list'");
}

TEST_F(PluginConnectionTest, DrivesAConnectorWrittenInPlainC) {
  auto connection = Open("plain_c_healthy", OpenWith({}));
  contract::ReadResponse response;
  ASSERT_TRUE(connection->Read(Limits(1), &response).ok());
  EXPECT_EQ(response.next_cursor(), "7");
  EXPECT_TRUE(response.end());
}

TEST_F(PluginConnectionTest, CatchesAnswersThatBreakTheContract) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain_c_foreign_memory", "does not lie in memory that the hub gave"},
      {"plain_c_nonsense", "no valid entrepot.connector.v1.ReadResponse"},
      {"plain_c_silent", "failed with status -77 and gave no reason"},
  };
  for (const auto& [plugin, message] : cases) {
    auto connection = Open(plugin, OpenWith({}));
    contract::ReadResponse response;
    const absl::Status status = connection->Read(Limits(1), &response);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    EXPECT_EQ(response.ByteSizeLong(), 0u);
  }
}

TEST_F(PluginConnectionTest, BoundsTheMemoryOfAnAnswer) {
  auto connection = Open("probe", OpenWith({{"rows", "1000"}}), 4096);
  contract::ReadResponse response;
  const absl::Status status = connection->Read(Limits(1000), &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("4096 bytes at the most"));
  EXPECT_TRUE(connection->Read(Limits(10), &response).ok());
  EXPECT_EQ(response.rows().rows_size(), 10);
}

TEST_F(PluginConnectionTest, EndsABatchAtItsBytes) {
  auto connection = Open("probe", OpenWith({{"rows", "1000"}}));
  contract::ReadResponse response;
  ASSERT_TRUE(connection->Read(Limits(1000, 500), &response).ok());
  EXPECT_LT(response.rows().rows_size(), 20);
  EXPECT_GT(response.rows().rows_size(), 2);
}

TEST_F(PluginConnectionTest, AppliesAndFinds) {
  auto connection = Open("probe", OpenWith({}));
  contract::ApplyRequest apply;
  auto* item = apply.add_items();
  item->set_correlation_key("1042-1");
  item->mutable_record()->set_revision(3);
  item->mutable_record()->mutable_invoice()->set_number("1042-1");
  contract::ApplyResponse applied;
  ASSERT_TRUE(connection->Apply(apply, &applied).ok());
  ASSERT_EQ(applied.results_size(), 1);
  EXPECT_EQ(applied.results(0).outcome(), contract::APPLY_OUTCOME_APPLIED);

  contract::FindRequest find;
  find.add_items()->set_correlation_key("1042-1");
  find.add_items()->set_correlation_key("1042-2");
  contract::FindResponse found;
  ASSERT_TRUE(connection->Find(find, &found).ok());
  ASSERT_EQ(found.results_size(), 2);
  EXPECT_TRUE(found.results(0).found());
  EXPECT_EQ(found.results(0).revision(), 3u);
  EXPECT_EQ(found.results(0).outside_id(), "probe:1042-1");
  EXPECT_FALSE(found.results(1).found());
}

TEST_F(PluginConnectionTest, ClosesEvenWhenTheConnectorDoesNotWantTo) {
  testing::internal::CaptureStderr();
  Open("probe", OpenWith({{"behaviour", "fail_close"}})).reset();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("does not want to close"));
}

}  // namespace
}  // namespace entrepot::host
