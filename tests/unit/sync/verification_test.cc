#include "core/sync/verification.h"

#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(BucketSums, AreEqualForTheSameSetInAnyOrder) {
  BucketSums a, b;
  a.Add("one", 1);
  a.Add("two", 2);
  b.Add("two", 2);
  b.Add("one", 1);
  for (size_t i = 0; i < kBuckets; ++i) EXPECT_TRUE(a.SameIn(i, b));
}

TEST(BucketSums, DifferWhereContentChangedPlaces) {
  BucketSums a, b;
  a.Add("one", 1);
  b.Add("one", 2);
  EXPECT_FALSE(a.SameIn(BucketOf("one"), b));
}

class VerificationTest : public SyncTest {
 protected:
  VerificationTest() {
    Configure(kWarehouse);
    config_.mutable_limits()->set_verified_differences_max(1000);
    GiveOnly("products", {Whole(Products({{"A", "a", "1"}, {"B", "b", "1"}, {"C", "c", "1"}}))});
    GiveOnly("places", {Whole(Rows({"code"}, {{"MAIN"}}))});
    GiveOnly("stock", {Whole(Stock({{"A", "MAIN", "1"}, {"B", "MAIN", "2"}}))});
    for (const char* dataset : {"products", "places", "stock"}) RunOk(dataset);
  }

  std::vector<std::string> Verify(const std::string& dataset, bool repair = false) {
    std::vector<std::string> found;
    Verification verification(
        {.sides = {.store = store_.get(),
                   .limits = &config_.limits(),
                   .environment = Options().environment,
                   .link = link_},
         .repair = repair},
        &Dataset(dataset), [&](const v1::VerifyResponse& event) {
          EXPECT_EQ(event.dataset().error(), "");
          if (!event.has_difference()) return;
          const v1::Difference& difference = event.difference();
          found.push_back(v1::DifferenceCause_Name(difference.cause()).substr(17) + " " +
                          (difference.key().empty() ? difference.outside_id() : difference.key()));
        });
    const auto again = verification.Run({});
    EXPECT_TRUE(again.ok()) << again.status();
    return found;
  }
};

TEST_F(VerificationTest, FindsNothingWhereBothSidesAreEqual) {
  EXPECT_THAT(Verify("products"), IsEmpty());
  EXPECT_THAT(Verify("stock"), IsEmpty());
}

TEST_F(VerificationTest, FindsWhatTheHubDidNotSee) {
  system_->batches["products"][0] =
      Whole(Products({{"A", "changed", "1"}, {"B", "b", "1"}, {"D", "d", "1"}}));
  EXPECT_THAT(Verify("products"), UnorderedElementsAre("MISSED A", "MISSED C", "MISSED D"));
  system_->batches["stock"][0] = Whole(Stock({{"A", "MAIN", "1"}, {"B", "MAIN", "3"}}));
  EXPECT_THAT(Verify("stock"), ElementsAre("MISSED B/MAIN"));
}

TEST_F(VerificationTest, RepairsByReadingAgain) {
  // What a person of the hub changed meanwhile gives way to what is there.
  system_->batches["products"][0] =
      Whole(Products({{"A", "changed", "1"}, {"B", "b", "1"}, {"D", "d", "1"}}));
  Verify("products", true);
  RunOk("products", {.full = true});
  EXPECT_THAT(Verify("products"), IsEmpty());
}

TEST_F(VerificationTest, KnowsWhatTheNextReadingBrings) {
  Give("products", {Products({{"A", "newer", "1"}})});
  // As a source that keeps its rows shows it: the whole has it too.
  system_->batches["products"][0] =
      Whole(Products({{"A", "newer", "1"}, {"B", "b", "1"}, {"C", "c", "1"}}));
  EXPECT_THAT(Verify("products"), ElementsAre("IN_FLIGHT A"));
}

TEST_F(VerificationTest, KnowsWhatWaitsAndWhatWasRefused) {
  const auto products = Whole(Products({{"A", "a", "1"}, {"B", "", "1"}, {"C", "c", "1"}}));
  GiveOnly("products", {products});
  RunOk("products", {.full = true});
  EXPECT_THAT(Verify("products"), ElementsAre("REFUSED B"));
  const auto stock = Whole(
      Stock({{"A", "MAIN", "1"}, {"B", "MAIN", "2"}, {"X", "MAIN", "1"}, {"Y", "MAIN", "1"}}));
  GiveOnly("stock", {stock});
  RunOk("stock", {.full = true});
  EXPECT_THAT(Verify("stock"), UnorderedElementsAre("WAITING X/MAIN", "WAITING Y/MAIN"));
}

TEST_F(VerificationTest, CallsAValueFromElsewhereForeign) {
  auto record = RecordOf<v1::Product>("A");
  ASSERT_TRUE(record);
  record->mutable_product()->set_name("renamed here");
  Enter(record->product(), record->id());
  EXPECT_THAT(Verify("products"), ElementsAre("FOREIGN A"));
}

}  // namespace
}  // namespace entrepot::sync
