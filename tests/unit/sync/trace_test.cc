#include "core/sync/trace.h"

#include "core/base/reason.h"
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
    for (const v1::TraceStep& step : traced->steps()) steps.push_back(step.text());
    return steps;
  }

  uint64_t id_ = 0;
};

TEST_F(TraceTest, TellsWhereARecordCameFromAndWhatChanged) {
  const auto steps = Steps(id_);
  EXPECT_EQ(steps[0], "revision 1: read from wh/products");
  EXPECT_THAT(steps[1], HasSubstr("revision 2: changed by a reading from wh/products"));
  EXPECT_THAT(steps[1], HasSubstr("bolt M8"));
  EXPECT_THAT(steps, Contains("wh knows it as \"A\""));
}

TEST_F(TraceTest, NamesThePersonAndTheDeletion) {
  clock_.Advance(absl::Seconds(1));
  v1::Product product = RecordOf<v1::Product>("A")->product();
  product.set_family("fasteners");
  Enter(product, id_);
  clock_.Advance(absl::Seconds(1));
  Enter(product, id_, /*deleted=*/true);
  const auto steps = Steps(id_);
  EXPECT_THAT(steps, Contains(HasSubstr("revision 3: changed through the API by anna")));
  EXPECT_THAT(steps, Contains(HasSubstr("revision 4: deleted by api:anna")));
}

TEST_F(TraceTest, ShowsDeliveriesWithTheirStateAndOutsideId) {
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.SaveDelivery({.connection = "shop",
                                            .record_id = id_,
                                            .revision = 2,
                                            .delivered_revision = 2,
                                            .state = store::DeliveryState::kDelivered,
                                            .due = tx.now(),
                                            .sent_at = tx.now(),
                                            .outside_id = "4711"});
                  })
                  .ok());
  EXPECT_THAT(Steps(id_), Contains("revision 2 is at shop, there as \"4711\""));
}

TEST_F(TraceTest, NamesWhatItRefersToAndWhatRefersToIt) {
  v1::Client client;
  client.set_code("C1");
  const uint64_t client_id = Enter(client);
  v1::Contract contract;
  contract.set_number("K1");
  contract.set_client_id(client_id);
  const uint64_t contract_id = Enter(contract);
  EXPECT_THAT(Steps(contract_id), Contains(HasSubstr("refers to client C1")));
  EXPECT_THAT(Steps(client_id), Contains(HasSubstr("is referred to by contract K1")));
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
