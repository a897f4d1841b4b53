#include "core/sync/intake.h"

#include <fmt/core.h>

#include "core/base/reason.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class IntakeTest : public SyncTest {
 protected:
  IntakeTest() { Configure(kWarehouse); }

  void GiveTwoProductsAndAPlace() {
    Give("products", {Products({{"A", "bolt", "3"}, {"B", "nut", ""}})});
    Give("places", {Rows({"code"}, {{"MAIN"}})});
    RunOk("products");
    RunOk("places");
  }
};

TEST_F(IntakeTest, MakesRecordsOfRowsAndMovesTheCursor) {
  Give("products", {Products({{"A", "bolt", "3"}}), Products({{"B", "nut", ""}})});
  const store::Run run = RunOk("products");
  EXPECT_EQ(run.read, 2);
  EXPECT_EQ(run.created, 2);
  EXPECT_TRUE(run.ended_at.has_value());
  EXPECT_EQ(CursorOf("products"), "2");
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().lead_time_days(), 3);
  EXPECT_EQ(RecordOf<v1::Product>("A")->origin(), "wh/products");
}

TEST_F(IntakeTest, ReadsOnFromTheCommittedCursorAndTellsTheSource) {
  Give("products", {Products({{"A", "bolt", ""}})});
  RunOk("products");
  Give("products", {Products({{"B", "nut", ""}})});
  EXPECT_EQ(RunOk("products").read, 1);
  EXPECT_EQ(system_->reads.back().cursor(), "1");
  EXPECT_EQ(system_->reads.back().committed_cursor(), "1");
}

TEST_F(IntakeTest, DropsWhatIsUnchangedWithoutATrace) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"A", "MAIN", "5"}, {"B", "MAIN", "7"}})});
  RunOk("stock");
  const uint64_t head = store_->log_head();
  const store::Run products = RunOk("products", {.full = true});
  const store::Run stock = RunOk("stock", {.full = true});
  EXPECT_EQ(products.read, 2);
  EXPECT_EQ(products.unchanged, 2);
  EXPECT_EQ(stock.unchanged, 2);
  EXPECT_EQ(store_->log_head(), head);
}

TEST_F(IntakeTest, CountsWhatChanged) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"A", "MAIN", "5"}, {"B", "MAIN", "7"}})});
  RunOk("stock");
  Give("stock", {Stock({{"A", "MAIN", "5"}, {"B", "MAIN", "8"}})});
  const store::Run run = RunOk("stock");
  EXPECT_EQ(run.changed, 1);
  EXPECT_EQ(run.unchanged, 1);
  EXPECT_EQ(OnHand("B/MAIN"), 8);
}

TEST_F(IntakeTest, KeepsWhatThePersonChangedWhereTheSourceDidNot) {
  GiveTwoProductsAndAPlace();
  v1::Product bolt = RecordOf<v1::Product>("A")->product();
  bolt.set_name("bolt M8");
  Enter(bolt, RecordOf<v1::Product>("A")->id());
  RunOk("products", {.full = true});
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().name(), "bolt M8");
}

TEST_F(IntakeTest, ClearsWhatIsCoveredAndEmptyAndLeavesTheRestAlone) {
  GiveTwoProductsAndAPlace();
  v1::Product bolt = RecordOf<v1::Product>("A")->product();
  bolt.set_family("fasteners");
  Enter(bolt, RecordOf<v1::Product>("A")->id());
  Give("products", {Products({{"A", "bolt", ""}})});
  EXPECT_EQ(RunOk("products").changed, 1);
  const v1::Product after = RecordOf<v1::Product>("A")->product();
  EXPECT_FALSE(after.has_lead_time_days());
  EXPECT_EQ(after.family(), "fasteners");
}

TEST_F(IntakeTest, AFieldThatIsNoLongerMappedIsLeftAsItIsAndSoIsTheRest) {
  const auto configure = [&](const std::string& more) {
    Configure(R"pb(connections {
                     key: "crm"
                     value { connector: "fake"
                             datasets { key: "clients"
                                        value { kind: "client"
                                                mapping { key: "code"
                                                          fields {
                                                            key: "code"
                                                            value { from: "code" required: true }
                                                          }
              )pb" +
              more + "}}}}}");
  };
  configure(R"pb(fields {
                   key: "legal_name"
                   value { from: "legal" }
                 })pb");
  Give("clients", {Rows({"code", "legal"}, {{"C1", "Bolts Ltd"}})});
  RunOk("clients");
  v1::Client client = RecordOf<v1::Client>("C1")->client();
  client.set_address("Harbour 1");
  Enter(client, RecordOf<v1::Client>("C1")->id());
  configure("");
  EXPECT_EQ(RunOk("clients", {.full = true}).unchanged, 1);
  EXPECT_EQ(RecordOf<v1::Client>("C1")->client().address(), "Harbour 1");
  EXPECT_EQ(RecordOf<v1::Client>("C1")->client().legal_name(), "Bolts Ltd");
}

TEST_F(IntakeTest, AnExceptionWhileReadingEndsTheRunAndNotTheHub) {
  system_->before_read = [](const auto&) -> absl::Status { throw std::runtime_error("boom"); };
  const IntakeEnd end = Run("products");
  EXPECT_EQ(end.status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(end.run.error, HasSubstr("boom"));
}

TEST_F(IntakeTest, ABrokenRowStopsNothingAndSaysWhereItIs) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"A", "MAIN", "many"}, {"B", "MAIN", "7"}})});
  const store::Run run = RunOk("stock");
  EXPECT_EQ(run.created, 1);
  EXPECT_EQ(run.dead, 1);
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].source.dataset, "wh/stock");
  EXPECT_EQ(letters[0].source.location, "sku.csv");
  EXPECT_EQ(letters[0].source.line, 2);
  EXPECT_EQ(letters[0].source.column, 8);
  EXPECT_EQ(letters[0].source.raw, "A;MAIN;many");
  EXPECT_EQ(letters[0].field, "on_hand");
  EXPECT_THAT(letters[0].reason, HasSubstr("many"));
}

TEST_F(IntakeTest, ARowThatBreaksARuleOfItsKindIsADeadLetterToo) {
  Give("products", {Products({{"A", "bolt", "-3"}})});
  EXPECT_EQ(RunOk("products").dead, 1);
  EXPECT_EQ(Letters()[0].field, "lead_time_days");
}

TEST_F(IntakeTest, WhatTheSourceCannotReadIsADeadLetterOnceHoweverOftenItIsRead) {
  connector::ReadResponse batch = Products({{"A", "bolt", ""}});
  connector::BadRow* bad = batch.add_bad_rows();
  bad->set_location("sku.csv");
  bad->set_line(3);
  bad->set_column(4);
  bad->set_raw("\"B;nut");
  bad->set_reason("the quote is never closed");
  Give("products", {batch});
  EXPECT_EQ(RunOk("products").dead, 1);
  RunOk("products", {.full = true});
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].source.column, 4);
  EXPECT_EQ(Letters()[0].reason, "the quote is never closed");
}

TEST_F(IntakeTest, ALaterSuccessRemovesTheDeadLetter) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"A", "MAIN", "many"}})});
  RunOk("stock");
  Give("stock", {Stock({{"A", "MAIN", "5"}})});
  const store::Run run = RunOk("stock");
  EXPECT_EQ(run.recovered, 1);
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(IntakeTest, AnUnchangedRowAlsoRemovesTheDeadLetterOfItsKey) {
  GiveTwoProductsAndAPlace();
  for (const char* count : {"5", "many", "5"}) {
    Give("stock", {Stock({{"A", "MAIN", count}})});
  }
  const store::Run run = RunOk("stock");
  EXPECT_EQ(run.created, 1);
  EXPECT_EQ(run.dead, 1);
  EXPECT_EQ(run.unchanged, 1);
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(IntakeTest, ParksARowWhoseProductHasNotCome) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"C", "MAIN", "5"}})});
  const store::Run run = RunOk("stock");
  EXPECT_EQ(run.parked, 1);
  ASSERT_THAT(Parked(), SizeIs(1));
  EXPECT_EQ(Parked()[0].waits_for_kind, "product");
  EXPECT_EQ(Parked()[0].waits_for_key, "C");
  EXPECT_EQ(Parked()[0].source.raw, "C;MAIN;5");
}

TEST_F(IntakeTest, AParkedRowAppliesWhenTheProductComes) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"C", "MAIN", "5"}})});
  RunOk("stock");
  Give("products", {Products({{"C", "washer", ""}})});
  RunOk("products");
  Replay replay(Options(), &plan_);
  EXPECT_EQ(replay.ApplyQueued().value(), 1);
  EXPECT_EQ(OnHand("C/MAIN"), 5);
  EXPECT_THAT(Parked(), IsEmpty());
  EXPECT_EQ(replay.ApplyQueued().value(), 0);
}

TEST_F(IntakeTest, AParkedRowThatLacksASecondRecordWaitsOnForThatOne) {
  Give("stock", {Stock({{"C", "FAR", "5"}})});
  RunOk("stock");
  Give("products", {Products({{"C", "washer", ""}})});
  RunOk("products");
  Replay replay(Options(), &plan_);
  EXPECT_EQ(replay.ApplyQueued().value(), 0);
  ASSERT_THAT(Parked(), SizeIs(1));
  EXPECT_EQ(Parked()[0].waits_for_kind, "warehouse");
  Give("places", {Rows({"code"}, {{"FAR"}})});
  RunOk("places");
  EXPECT_EQ(replay.ApplyQueued().value(), 1);
  EXPECT_EQ(OnHand("C/FAR"), 5);
}

TEST_F(IntakeTest, ANewerRowReplacesTheParkedOne) {
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"C", "MAIN", "5"}}), Stock({{"C", "MAIN", "6"}})});
  RunOk("stock");
  ASSERT_THAT(Parked(), SizeIs(1));
  EXPECT_EQ(Parked()[0].source.raw, "C;MAIN;6");
}

TEST_F(IntakeTest, StopsBeforeItsCursorMovesWhenTooManyRowsAreDead) {
  config_.mutable_limits()->set_dead_letters_max(2);
  Give("products", {Products({{"A", "bolt", ""}})});
  RunOk("products");
  Give("products", {Products({{"B", "x", "?"}, {"C", "x", "?"}, {"D", "x", "?"}})});
  const IntakeEnd end = Run("products");
  EXPECT_EQ(end.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(end.status), "TOO_MANY_DEAD_LETTERS");
  EXPECT_THAT(end.run.error, HasSubstr("dead_letters_max"));
  EXPECT_EQ(CursorOf("products"), "1");
  EXPECT_THAT(Letters(), IsEmpty());
  EXPECT_THAT(*Read()->ListRuns("wh/products", {}), SizeIs(2));
}

TEST_F(IntakeTest, StopsBeforeItsCursorMovesWhenTooManyRowsWait) {
  config_.mutable_limits()->set_parked_max(1);
  GiveTwoProductsAndAPlace();
  Give("stock", {Stock({{"X", "MAIN", "1"}, {"Y", "MAIN", "1"}})});
  const IntakeEnd end = Run("stock");
  EXPECT_EQ(ReasonOf(end.status), "TOO_MANY_PARKED");
  EXPECT_EQ(CursorOf("stock"), "");
  EXPECT_THAT(Parked(), IsEmpty());
}

TEST_F(IntakeTest, AMissingColumnStopsTheRunAndNamesTheFile) {
  Give("products", {Rows({"sku", "title", "days"}, {{"A", "bolt", ""}})});
  const IntakeEnd end = Run("products");
  EXPECT_EQ(end.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(end.run.error, HasSubstr("sku.csv"));
  EXPECT_THAT(end.run.error, HasSubstr("name"));
  EXPECT_EQ(CursorOf("products"), "");
}

TEST_F(IntakeTest, ARowMayDeleteItsRecordAndBringItBack) {
  GiveTwoProductsAndAPlace();
  connector::ReadResponse gone = Products({{"A", "", ""}});
  gone.mutable_rows()->mutable_rows(0)->set_deleted(true);
  Give("products", {gone});
  EXPECT_EQ(RunOk("products").deleted, 1);
  EXPECT_TRUE(RecordOf<v1::Product>("A")->deleted());
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().name(), "bolt");
  Give("products", {Products({{"A", "bolt", "3"}})});
  EXPECT_EQ(RunOk("products").changed, 1);
  EXPECT_FALSE(RecordOf<v1::Product>("A")->deleted());
}

TEST_F(IntakeTest, TypedRecordsPassTheSameDoor) {
  connector::ReadResponse batch;
  batch.add_records()->mutable_product()->set_sku("T");
  batch.add_records()->mutable_client()->set_code("not of this dataset");
  Give("products", {batch});
  const store::Run run = RunOk("products");
  EXPECT_EQ(run.created, 1);
  EXPECT_EQ(run.dead, 1);
  EXPECT_TRUE(RecordOf<v1::Product>("T").has_value());
  EXPECT_EQ(RunOk("products", {.full = true}).unchanged, 1);
}

TEST_F(IntakeTest, TransactionsAreBoundedAndReported) {
  config_.mutable_limits()->set_intake_rows_max(10);
  for (int i = 0; i < 40; ++i) {
    std::vector<Cells> rows;
    for (int j = 0; j < 10; ++j) rows.push_back({fmt::format("P{}", i * 10 + j), "x", ""});
    Give("products", {Products(rows)});
  }
  std::vector<uint64_t> read;
  const auto end = Intake(Options()).Run(
      Dataset("products"), link_, {}, [&](const store::Run& run) { read.push_back(run.read); }, {});
  ASSERT_TRUE(end.ok() && end->status.ok());
  EXPECT_EQ(end->run.created, 400);
  EXPECT_GE(read.size(), 40);
  EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
}

TEST_F(IntakeTest, AFailureOfTheSourceThatPassesIsTriedAgain) {
  Give("products", {Products({{"A", "bolt", ""}})});
  int failures = 2;
  system_->before_read = [&](const auto&) {
    return failures-- > 0 ? absl::UnavailableError("busy") : absl::OkStatus();
  };
  EXPECT_EQ(RunOk("products").created, 1);
}

TEST_F(IntakeTest, AFailureInTheMiddleKeepsWhatCameBeforeIt) {
  Give("products", {Products({{"A", "bolt", ""}}), Products({{"B", "nut", ""}})});
  system_->before_read = [&](const connector::ReadRequest& request) {
    return request.cursor() == "1" ? absl::DataLossError("garbage") : absl::OkStatus();
  };
  const IntakeEnd end = Run("products");
  EXPECT_EQ(end.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(end.run.created, 1);
  EXPECT_EQ(CursorOf("products"), "1");
  system_->before_read = nullptr;
  EXPECT_EQ(RunOk("products").created, 1);
}

TEST_F(IntakeTest, AConnectorThatNeverEndsIsStopped) {
  // An empty batch whose cursor does not move, and no end.
  connector::ReadResponse nothing;
  class Endless final : public Connectors {
   public:
    absl::StatusOr<connector::Manifest> Describe(const std::string&) override {
      return connector::Manifest();
    }
    absl::StatusOr<std::unique_ptr<Connector>> Open(const std::string&,
                                                    const connector::OpenRequest&) override {
      class Never final : public Connector {
        const connector::Manifest& manifest() const override { return manifest_; }
        absl::Status Check(connector::CheckResponse*) override { return absl::OkStatus(); }
        absl::Status Discover(connector::DiscoverResponse*) override { return absl::OkStatus(); }
        absl::Status Read(const connector::ReadRequest&, connector::ReadResponse*) override {
          return absl::OkStatus();
        }
        absl::Status Apply(const connector::ApplyRequest&, connector::ApplyResponse*) override {
          return absl::OkStatus();
        }
        absl::Status Find(const connector::FindRequest&, connector::FindResponse*) override {
          return absl::OkStatus();
        }
        absl::Status List(const connector::ListRequest&, connector::ListResponse*) override {
          return absl::OkStatus();
        }
        void Interrupt() override {}
        connector::Manifest manifest_;
      };
      return std::make_unique<Never>();
    }
  } endless;
  link_ = std::make_shared<Link>("wh", "endless",
                                 Link::Options{.connectors = &endless,
                                               .watchdog = watchdog_,
                                               .call_time_max = absl::Seconds(30),
                                               .make_open_request = [](const auto&, const auto&) {
                                                 return connector::OpenRequest();
                                               }});
  EXPECT_EQ(ReasonOf(Run("products").status), "EMPTY_BATCH");
}

TEST_F(IntakeTest, CanBeInterruptedWhileTheSourceBlocks) {
  system_->blocks = true;
  std::stop_source stop;
  std::thread interrupter([&] {
    system_->WaitUntilBlocked();
    stop.request_stop();
  });
  const auto end = Intake(Options()).Run(Dataset("products"), link_, {}, nullptr, stop.get_token());
  interrupter.join();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(end->run.error, HasSubstr("interrupted"));
  EXPECT_TRUE(end->run.ended_at.has_value());
}

TEST_F(IntakeTest, ACallThatTakesTooLongIsInterruptedAndNamed) {
  system_->blocks = true;
  link_ = std::make_shared<Link>("wh", "fake",
                                 Link::Options{.connectors = &connectors_,
                                               .watchdog = watchdog_,
                                               .call_time_max = absl::Milliseconds(50),
                                               .make_open_request = [](const auto&, const auto&) {
                                                 return connector::OpenRequest();
                                               }});
  const IntakeEnd end = Run("products");
  EXPECT_EQ(ReasonOf(end.status), "CALL_TOO_LONG");
  EXPECT_THAT(end.run.error, HasSubstr("connector_call_time_max"));
}

}  // namespace
}  // namespace entrepot::sync
