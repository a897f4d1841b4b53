// A dataset that is read and written: what goes out as rows, what comes back, and what of it is
// news. The outside system is a table of clients with a key of its own.
#include "tests/unit/sync/dispatcher_fixture.h"

namespace entrepot::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using enum store::DeliveryState;

constexpr char kCrm[] = R"pb(
  connections {
    key: "crm"
    value {
      connector: "fake"
      datasets {
        key: "clients"
        value {
          kind: "client"
          direction: DIRECTION_BOTH
          mapping {
            key: "id"
            fields {
              key: "code"
              value { from: "hub_no" }
            }
            fields {
              key: "name"
              value { from: "title" }
            }
            fields {
              key: "tax_id"
              value { from: "tax" }
            }
          }
        }
      }
      datasets {
        key: "contracts"
        value {
          kind: "contract"
          direction: DIRECTION_OUT
          mapping {
            key: "number"
            fields {
              key: "number"
              value { from: "number" }
            }
            fields {
              key: "client_id"
              value { from: "client" }
            }
            write {
              key: "revision"
              value { from: "hub.revision" }
            }
          }
        }
      }
    }
  }
)pb";

class TwoWayTest : public DispatcherTest {
 protected:
  TwoWayTest() {
    system_->manifest.set_source(true);
    system_->manifest.set_takes_rows(true);
    Use(kCrm);
  }

  // The table shows this row from now on, and is read.
  store::Run Read(const Cells& cells) {
    Give("clients", {Rows({"hub_no", "title", "tax", "id"}, {cells})});
    return RunOk("clients");
  }
  uint64_t ClientOf(const std::string& code) { return RecordOf<v1::Client>(code)->id(); }
  std::string NameOf(const std::string& code) {
    return RecordOf<v1::Client>(code)->client().name();
  }
  const connector::ApplyRequest& LastCall() { return system_->applies.back(); }
  // "hub_no=C1 title=Anna …" of the first item.
  std::string LastRow() {
    std::string shown;
    const connector::Row& row = LastCall().items(0).row();
    for (int i = 0; i < row.cells_size(); ++i) {
      const bool absent = std::count(row.absent().begin(), row.absent().end(), i) > 0;
      shown += (i == 0 ? "" : " ") + LastCall().columns(i) + "=" + (absent ? "~" : row.cells(i));
    }
    return shown;
  }
};

TEST_F(TwoWayTest, ASinkOfRowsGetsThemByItsMapping) {
  const uint64_t id = EnterClient("C1", "Anna");
  EnterContract("K1", id);
  Work();
  ASSERT_THAT(system_->applies, SizeIs(2));
  EXPECT_EQ(LastRow(), "number=K1 client=out-C1 revision=1");
  EXPECT_EQ(LastCall().items(0).record().contract().number(), "K1");
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(LastRow(), "hub_no=C1 title=Anna A. tax=~ id=out-C1");
}

TEST_F(TwoWayTest, WhatTheHubWroteComesBackAsNoNews) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(Read({"C1", "Anna", "", "out-C1"}).unchanged, 1);
  Work();
  EXPECT_EQ(RecordOf<v1::Client>("C1")->revision(), 1);
  EXPECT_EQ(WritesOf("C1"), 1);
  EnterClient("C1", "Anna A.", id);
  Work();
  EXPECT_EQ(Read({"C1", "Anna A.", "", "out-C1"}).unchanged, 1);
  EXPECT_EQ(WritesOf("C1"), 2);
}

TEST_F(TwoWayTest, WhatTheOtherSideMadeOfItIsAChange) {
  EnterClient("C1", "anna");
  Work();
  EXPECT_EQ(Read({"C1", "ANNA", "", "out-C1"}).changed, 1);
  Work();
  EXPECT_EQ(NameOf("C1"), "ANNA");
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(TwoWayTest, AnOldAnswerDoesNotUndoWhatTheHubHasDoneSince) {
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  // The write is there and is read back before its answer is saved; the hub has gone on.
  system_->fates = {Fate::kLoseAnswer};
  system_->find_fails = true;
  EnterClient("C1", "Anna A.", id);
  Work();
  ASSERT_EQ(DeliveryOf(id).state, kUnknown);
  EnterClient("C1", "Anna B.", id);
  EXPECT_EQ(Read({"C1", "Anna A.", "", "out-C1"}).unchanged, 1);
  EXPECT_EQ(NameOf("C1"), "Anna B.");
  system_->find_fails = false;
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(LastRow(), "hub_no=C1 title=Anna B. tax=~ id=out-C1");
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(Read({"C1", "Anna B.", "", "out-C1"}).unchanged, 1);
}

TEST_F(TwoWayTest, ANewRowOfTheHubsThatIsReadBeforeItsAnswerIsTheSameClient) {
  system_->fates = {Fate::kLoseAnswer};
  system_->find_fails = true;
  EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(Read({"C1", "Anna", "", "out-C1"}).unchanged, 1);
  EXPECT_EQ(*SyncTest::Read()->FindBinding("crm", v1::Record::kClient, "out-C1"), ClientOf("C1"));
  system_->find_fails = false;
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(TwoWayTest, WhatTheConnectionBroughtIsNotSentBackToIt) {
  Read({"C1", "Anna", "77", "9"});
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
  Read({"C1", "Anna A.", "77", "9"});
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
}

TEST_F(TwoWayTest, AChangeOfWhatItDoesNotCoverIsNotSent) {
  Read({"C1", "Anna", "77", "9"});
  v1::Client client = RecordOf<v1::Client>("C1")->client();
  client.set_comment("pays late");
  Enter(client, ClientOf("C1"));
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
  client.set_tax_id("78");
  Enter(client, ClientOf("C1"));
  Work();
  EXPECT_EQ(LastRow(), "hub_no=C1 title=Anna tax=78 id=9");
}

TEST_F(TwoWayTest, WhatItBroughtIsSentBackWhereTheRecordBecameSomethingElse) {
  Read({"C1", "Anna", "77", "9"});
  Work();
  // As when another system's value stands: the revision is the connection's, and shows it not.
  v1::Client client = RecordOf<v1::Client>("C1")->client();
  client.set_name("Anna of the owner");
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx
                        .Put({.kind = v1::Record::kClient,
                              .id = ClientOf("C1"),
                              .body = &client,
                              .origin = "crm/clients"})
                        .status();
                  })
                  .ok());
  Work();
  ASSERT_THAT(system_->applies, SizeIs(1));
  EXPECT_EQ(LastRow(), "hub_no=C1 title=Anna of the owner tax=77 id=9");
}

TEST_F(TwoWayTest, AChangeThatIsTakenBackBeforeItIsSentIsNotSent) {
  Read({"C1", "Anna", "", "9"});
  EnterClient("C1", "Berta", ClientOf("C1"));
  EnterClient("C1", "Anna", ClientOf("C1"));
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
}

TEST_F(TwoWayTest, AChangeThatIsTakenBackAfterALostAnswerIsSent) {
  Read({"C1", "Anna", "", "9"});
  const uint64_t id = ClientOf("C1");
  system_->tells_revisions = false;
  system_->fates = {Fate::kLoseAnswer};
  EnterClient("C1", "Berta", id);
  Work();
  EnterClient("C1", "Anna", id);
  clock_.Advance(absl::Minutes(1));
  Work();
  EXPECT_EQ(LastRow(), "hub_no=C1 title=Anna tax=~ id=9");
  EXPECT_EQ(WritesOf("C1"), 2);
}

TEST_F(TwoWayTest, DeletionsGoBothWaysOnce) {
  system_->held["C1"].outside_id = "9";
  Read({"C1", "Anna", "", "9"});
  DeleteClient(ClientOf("C1"));
  Work();
  EXPECT_TRUE(LastCall().items(0).row().deleted());
  EXPECT_EQ(LastCall().items(0).outside_id(), "9");
  connector::ReadResponse gone = Rows({"hub_no", "title", "tax", "id"}, {{"C1", "Anna", "", "9"}});
  gone.mutable_rows()->mutable_rows(0)->set_deleted(true);
  Give("clients", {gone});
  EXPECT_EQ(RunOk("clients").unchanged, 1);
  Read({"C1", "Anna", "", "9"});  // it is there again
  EXPECT_FALSE(RecordOf<v1::Client>("C1")->deleted());
  Work();
  EXPECT_EQ(WritesOf("C1"), 1);
}

TEST_F(TwoWayTest, AScanSendsOnlyWhatTheOtherSideDoesNotShow) {
  Read({"C1", "Anna", "", "9"});
  EnterClient("C2", "Berta");
  Work();
  ASSERT_THAT(system_->applies, SizeIs(1));
  ASSERT_TRUE(
      store_->Write([&](store::Transaction& tx) { return tx.SetCursor("sink:crm", ""); }).ok());
  StartHub();
  Work();
  EXPECT_THAT(system_->applies, SizeIs(1));
}

TEST_F(TwoWayTest, ADatasetThatIsMappedAnewIsWrittenAnew) {
  EnterContract("K1", EnterClient("C1", "Anna"));
  Work();
  ASSERT_THAT(system_->applies, SizeIs(2));
  auto& datasets = *(*config_.mutable_connections())["crm"].mutable_datasets();
  (*datasets["contracts"].mutable_mapping()->mutable_write())["source"].set_constant("hub");
  StartHub();
  Work();
  ASSERT_THAT(system_->applies, SizeIs(3));
  EXPECT_EQ(LastRow(), "number=K1 client=out-C1 revision=1 source=hub");
  StartHub();
  Work();
  EXPECT_THAT(system_->applies, SizeIs(3));
}

TEST_F(TwoWayTest, WhatCannotStandInItsColumnIsADeadLetter) {
  Use(R"pb(connections {
             key: "crm"
             value {
               connector: "fake"
               datasets {
                 key: "prices"
                 value {
                   kind: "price"
                   direction: DIRECTION_OUT
                   mapping {
                     key: "type"
                     fields {
                       key: "price_type"
                       value { from: "type" }
                     }
                     fields {
                       key: "price"
                       value { from: "price" }
                     }
                   }
                 }
               }
             }
           })pb");
  v1::Product product;
  product.set_sku("A");
  product.set_name("Bolt");
  product.set_unit("H87");
  v1::Price price;
  price.set_product_id(Enter(product));
  price.set_price_type("retail");
  price.mutable_price()->set_currency("EUR");
  price.mutable_price()->mutable_amount()->set_units(5);
  const uint64_t id = Enter(price);
  Work();
  EXPECT_THAT(system_->applies, IsEmpty());
  EXPECT_EQ(DeliveryOf(id).state, kRejected);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_THAT(Letters()[0].reason, HasSubstr("price cannot be written into column «price»: it is "
                                             "in «EUR», and the column holds amounts in RUB only"));
}

TEST_F(TwoWayTest, AbsenceCountsAtOnceWhereTheOtherSideHasEndedWhatWasSent) {
  system_->manifest.mutable_settle()->set_seconds(60);
  system_->settled = true;
  system_->fates = {Fate::kLoseRequest};
  const uint64_t id = EnterClient("C1", "Anna");
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kUnknown);
  clock_.Advance(absl::Seconds(5));  // the pause after the lost call
  Work();
  EXPECT_EQ(DeliveryOf(id).state, kDelivered);
  EXPECT_EQ(WritesOf("C1"), 1);
}

}  // namespace
}  // namespace entrepot::sync
