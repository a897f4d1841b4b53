#include "core/sync/trace.h"

#include "core/base/reason.h"
#include "core/sync/edit_letter.h"
#include "core/sync/history.h"
#include "core/sync/trace_texts.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class TraceTest : public SyncTest {
 protected:
  TraceTest() {
    Configure(kWarehouse);
    Give("products", {Products({{"A", "bolt", "3"}}), Products({{"A", "bolt M8", "3"}})});
    RunOk("products");
    id_ = RecordOf<v1::Product>("A")->id();
  }

  std::vector<std::string> Steps(uint64_t id) {
    std::vector<std::string> steps;
    const auto traced = Trace(*Read(), id);
    EXPECT_TRUE(traced.ok()) << traced.status();
    for (const v1::TraceStep& step : traced->steps()) {
      const bool own = step.about() == traced->title();
      steps.push_back((step.open() ? "open: " : "") + (own ? "" : step.about() + " ") +
                      step.text());
    }
    return steps;
  }

  uint64_t id_ = 0;
};

TEST_F(TraceTest, TellsWhereARecordCameFromAndWhatChanged) {
  const auto steps = Steps(id_);
  EXPECT_EQ(steps[0],
            "read from wh/products (sku.csv, line 2): sku: A; name: bolt; lead time days: 3");
  EXPECT_EQ(steps[1], "a new reading from wh/products (sku.csv, line 2): name: bolt → bolt M8");
  const auto traced = Trace(*Read(), id_);
  EXPECT_EQ(traced->title(), "product A");
  ASSERT_EQ(traced->names_size(), 1);
  EXPECT_EQ(traced->names(0).connection(), "wh");
  EXPECT_EQ(traced->names(0).outside_id(), "A");
}

TEST_F(TraceTest, NamesThePersonAndTheDeletion) {
  clock_.Advance(absl::Seconds(1));
  v1::Product product = RecordOf<v1::Product>("A")->product();
  product.set_family("fasteners");
  Enter(product, id_);
  clock_.Advance(absl::Seconds(1));
  Enter(product, id_, /*deleted=*/true);
  const auto steps = Steps(id_);
  EXPECT_THAT(steps, Contains("changed by anna: family: nothing → fasteners"));
  EXPECT_THAT(steps, Contains("deleted by anna"));
}

TEST_F(TraceTest, ShowsDeliveriesWithTheirStateAndOutsideId) {
  store::Delivery delivery{.connection = "shop",
                           .record_id = id_,
                           .revision = 2,
                           .delivered_revision = 2,
                           .state = store::DeliveryState::kDelivered,
                           .sent_at = clock_.Now(),
                           .outside_id = "4711"};
  const auto save = [&] {
    ASSERT_TRUE(store_->Write([&](auto& tx) { return tx.SaveDelivery(delivery); }).ok());
  };
  save();
  EXPECT_THAT(Steps(id_), Contains("is at shop, which calls it \"4711\""));
  delivery.state = store::DeliveryState::kWaiting;
  delivery.waits_for = "client C-7";
  save();
  EXPECT_EQ(Steps(id_).back(),
            "open: waits to be sent to shop, which does not have client C-7 yet");
}

TEST_F(TraceTest, TellsOfDocumentsThatBelongToItAndWhoWaitsForIt) {
  v1::Client client;
  client.set_code("C1");
  const uint64_t client_id = Enter(client);
  v1::Contract contract;
  contract.set_number("K1");
  contract.set_client_id(client_id);
  const uint64_t contract_id = Enter(contract);
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.SaveDelivery({.connection = "shop",
                                            .record_id = contract_id,
                                            .revision = 1,
                                            .state = store::DeliveryState::kWaiting,
                                            .waits_for = "client C1"});
                  })
                  .ok());
  const auto steps = Steps(client_id);
  EXPECT_THAT(steps, Contains("contract K1 entered by anna: number: K1; client: C1"));
  EXPECT_THAT(steps, Contains("open: contract K1 waits to be sent to shop, which does not have "
                              "client C1 yet"));
  EXPECT_THAT(steps, Contains("open: contract K1 waits for it: it cannot go to shop before"));
  EXPECT_THAT(Steps(contract_id), Contains("refers to client C1"));
}

TEST_F(TraceTest, TellsOfRowsThatWaitOrNeedAPersonAndOfCorrections) {
  Give("stock", {Stock({{"A", "M1", "5"}})});
  RunOk("stock");  // parked: there is no such place
  Give("products", {Products({{"A", "bolt M8", "soon"}})});
  RunOk("products");
  const auto letters = *Read()->ListDeadLetters("", {});
  ASSERT_EQ(letters.size(), 1);
  EXPECT_THAT(Steps(id_), Contains(HasSubstr("open: a row of it from wh/products (sku.csv, line 2) "
                                             "needs a person (dead letter")));
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return EditLetter(tx, letters[0].id, std::vector<CellChange>{{"days", "4"}},
                                      "olga")
                        .status();
                  })
                  .ok());
  EXPECT_THAT(Steps(id_), Contains("olga corrected its row from wh/products: days: soon → 4"));
  v1::Warehouse place;
  place.set_code("M1");
  const uint64_t place_id = Enter(place);
  EXPECT_THAT(Steps(place_id),
              Contains("open: a row from wh/stock (sku.csv, line 2) waits for it"));
}

TEST_F(TraceTest, FieldsReadAsWords) {
  EXPECT_EQ(FieldWords("lead_time_days"), "lead time days");
  EXPECT_EQ(FieldWords("lines[0].expected.on"), "line 1 expected on");
  EXPECT_EQ(FieldWords("client_id"), "client");
  EXPECT_EQ(FieldWords("supplies[2]"), "supply 3");
}

TEST_F(TraceTest, ARecordThatIsNotThereIsNamed) {
  EXPECT_EQ(ReasonOf(Trace(*Read(), 4711).status()), "RECORD_NOT_FOUND");
  EXPECT_EQ(ReasonOf(History(*Read(), 4711).status()), "RECORD_NOT_FOUND");
}

TEST_F(TraceTest, TheHistoryKnowsTheOriginOfEveryField) {
  v1::Product product = RecordOf<v1::Product>("A")->product();
  product.set_family("fasteners");
  Enter(product, id_);
  const auto history = History(*Read(), id_);
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history->revisions_size(), 3);
  EXPECT_FALSE(history->thinned());
  EXPECT_EQ(history->revisions(0).changes(0).field(), "family");
  EXPECT_EQ(history->revisions(0).changes(0).before(), "");
  std::map<std::string, std::pair<std::string, uint64_t>> origins;
  for (const v1::FieldOrigin& origin : history->origins()) {
    origins[origin.field()] = {origin.origin(), origin.revision()};
  }
  EXPECT_EQ(origins["sku"], std::make_pair(std::string("wh/products"), uint64_t{1}));
  EXPECT_EQ(origins["name"], std::make_pair(std::string("wh/products"), uint64_t{2}));
  EXPECT_EQ(origins["family"], std::make_pair(std::string("api:anna"), uint64_t{3}));
}

TEST_F(TraceTest, KeysWithReferencesReadAsPeopleWriteThem) {
  Give("places", {Rows({"code"}, {{"M/1"}})});
  Give("stock", {Stock({{"A", "M/1", "5"}})});
  RunOk("places");
  RunOk("stock");
  const auto record = RecordOf<v1::StockLevel>("A/M/1");
  ASSERT_TRUE(record.has_value()) << "values may contain the separator";
  const auto& info = domain::InfoOf(record->body_case());
  EXPECT_EQ(KeyTextOf(*Read(), info, record->stock_level()).value(), "A/M/1");
  EXPECT_FALSE(RecordOf<v1::StockLevel>("A").has_value());
  EXPECT_FALSE(RecordOf<v1::StockLevel>("B/M/1").has_value());
}

}  // namespace
}  // namespace entrepot::sync
