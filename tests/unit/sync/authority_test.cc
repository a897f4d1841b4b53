#include "tests/unit/sync/two_systems.h"

namespace entrepot::sync {
namespace {

using store::ConflictState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AuthorityTest : public TwoSystemsTest {
 protected:
  void CrmOwnsMain() { Govern(Group("main", "owner: 'crm'")); }
  void BothShow() {
    Show("crm", {{"7", "C1", "Bolts", "", "Harbour 1"}});
    Show("erp", {{"E7", "C1", "Bolts", "", "Harbour 1"}});
    Deliver("crm");
    Deliver("erp");
  }
};

TEST_F(AuthorityTest, WithoutItTheLastWritersValueStands) {
  Govern("");
  BothShow();
  Show("erp", {{"E7", "C1", "Bolts Ltd", "", "Harbour 1"}});
  EXPECT_EQ(ClientOf("C1").name(), "Bolts Ltd");
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(AuthorityTest, TheOwnersValueIsTaken) {
  CrmOwnsMain();
  BothShow();
  EXPECT_EQ(Show("crm", {{"7", "C1", "Bolts Ltd", "", "Harbour 1"}}).changed, 1);
  EXPECT_EQ(ClientOf("C1").name(), "Bolts Ltd");
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(AuthorityTest, TheOthersValueIsKeptAsAConflictAndTheOwnersIsSentBack) {
  CrmOwnsMain();
  BothShow();
  const int before = WritesTo("erp", "C1");
  EXPECT_EQ(Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}}).unchanged, 1);
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  ASSERT_THAT(Open(), SizeIs(1));
  EXPECT_EQ(Open()[0].group, "main");
  EXPECT_EQ(Open()[0].dataset, "erp/clients");
  EXPECT_EQ(Theirs(Open()[0]).name(), "Nuts");
  EXPECT_FALSE(Theirs(Open()[0]).has_address());
  Deliver("erp");
  EXPECT_EQ(WritesTo("erp", "C1"), before + 1);
  EXPECT_EQ(SentTo("erp", "C1").name(), "Bolts");
}

TEST_F(AuthorityTest, TheConflictEndsWhenTheOtherSideHasTakenTheOwnersValue) {
  CrmOwnsMain();
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Deliver("erp");
  EXPECT_THAT(Open(), IsEmpty());
  ASSERT_THAT(All(), SizeIs(1));
  EXPECT_EQ(All()[0].state, ConflictState::kAgreed);
  EXPECT_EQ(Theirs(All()[0]).name(), "Nuts");
}

TEST_F(AuthorityTest, OtherGroupsOfTheSameRowAreTaken) {
  CrmOwnsMain();
  BothShow();
  EXPECT_EQ(Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 2"}}).changed, 1);
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  EXPECT_EQ(ClientOf("C1").address(), "Harbour 2");
  EXPECT_THAT(Open(), SizeIs(1));
  Deliver("erp");
  EXPECT_EQ(SentTo("erp", "C1").name(), "Bolts");
  EXPECT_EQ(SentTo("erp", "C1").address(), "Harbour 2");
}

TEST_F(AuthorityTest, AConflictIsNotRaisedTwice) {
  CrmOwnsMain();
  BothShow();
  for (int i = 0; i < 3; ++i) {
    Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
    Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 2"}});
  }
  EXPECT_THAT(All(), SizeIs(1));
}

TEST_F(AuthorityTest, ASystemThatInsistsIsNotOverwrittenForEver) {
  CrmOwnsMain();
  BothShow();
  const int before = WritesTo("erp", "C1");
  for (int i = 0; i < 10; ++i) {
    // It puts its value back after every delivery; that is shown in between, as by a trigger.
    Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
    Deliver("erp");
    Show("erp", {{"E7", "C1", "Bolts", "", "Harbour 1"}});
  }
  EXPECT_EQ(WritesTo("erp", "C1"), before + 3);
  ASSERT_THAT(All(), SizeIs(1));
  EXPECT_EQ(All()[0].times, 10);
}

TEST_F(AuthorityTest, ANewerValueOfTheSameSystemReplacesTheConflict) {
  CrmOwnsMain();
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Show("erp", {{"E7", "C1", "Screws", "", "Harbour 1"}});
  ASSERT_THAT(Open(), SizeIs(1));
  EXPECT_EQ(Theirs(Open()[0]).name(), "Screws");
  EXPECT_EQ(All()[1].state, ConflictState::kReplaced);
}

TEST_F(AuthorityTest, TheConflictEndsWhenTheOwnerComesToShowTheSame) {
  CrmOwnsMain();
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Show("crm", {{"7", "C1", "Nuts", "", "Harbour 1"}});
  EXPECT_THAT(Open(), IsEmpty());
  EXPECT_EQ(All()[0].state, ConflictState::kAgreed);
}

TEST_F(AuthorityTest, TheConflictEndsWhenTheOtherSideComesToShowTheOwners) {
  CrmOwnsMain();
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Show("erp", {{"E7", "C1", "Bolts", "", "Harbour 1"}});
  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(AuthorityTest, FirstContactIsADifferenceNotAnOverwrite) {
  CrmOwnsMain();
  Show("crm", {{"7", "C1", "Bolts", "", "Harbour 1"}});
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  EXPECT_THAT(Open(), SizeIs(1));
}

TEST_F(AuthorityTest, UntilTheOwnerHasTheRecordItsMakersValuesStand) {
  CrmOwnsMain();
  Show("erp", {{"E7", "C1", "Nuts", "", ""}});
  Show("erp", {{"E7", "C1", "Nuts Ltd", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts Ltd");
  EXPECT_THAT(All(), IsEmpty());
  Show("crm", {{"7", "C1", "Bolts", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  Show("erp", {{"E7", "C1", "Nuts Inc", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
}

TEST_F(AuthorityTest, WhatTheOwnerDoesNotCoverBelongsToNobody) {
  Govern(Group("main", "owner: 'crm'"));
  Show("crm", {{"7", "C1", "Bolts", "", ""}});
  v1::Client edited = ClientOf("C1");
  edited.set_comment("pays late");
  Enter(edited, RecordOf<v1::Client>("C1")->id());
  Show("erp", {{"E7", "C1", "Bolts", "", ""}});
  EXPECT_EQ(ClientOf("C1").comment(), "pays late");
  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(AuthorityTest, LatestTakesWhatCameLastFromEitherSide) {
  Govern(Group("main", "policy: AUTHORITY_POLICY_LATEST"));
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  Show("crm", {{"7", "C1", "Screws", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Screws");
  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(AuthorityTest, HoldTakesWhatOnlyOneSideChanged) {
  Govern(Group("main", "policy: AUTHORITY_POLICY_HOLD"));
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(AuthorityTest, HoldLeavesBothValuesWhereBothSidesChanged) {
  Govern(Group("main", "policy: AUTHORITY_POLICY_HOLD"));
  BothShow();
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Show("crm", {{"7", "C1", "Screws", "", "Harbour 1"}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  ASSERT_THAT(Open(), SizeIs(1));
  EXPECT_EQ(Open()[0].dataset, "crm/clients");
  EXPECT_EQ(Theirs(Open()[0]).name(), "Screws");
}

TEST_F(AuthorityTest, OthersMayNotDeleteWhatTheOwnerKeeps) {
  CrmOwnsMain();
  BothShow();
  ShowAll("erp", {});
  EXPECT_FALSE(RecordOf<v1::Client>("C1")->deleted());
}

TEST_F(AuthorityTest, TheOwnerDeletesAndOthersDoNotBringItBack) {
  CrmOwnsMain();
  BothShow();
  ShowAll("crm", {});
  EXPECT_TRUE(RecordOf<v1::Client>("C1")->deleted());
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  EXPECT_TRUE(RecordOf<v1::Client>("C1")->deleted());
  EXPECT_THAT(Open(), SizeIs(1));
}

TEST_F(AuthorityTest, ARunStopsBeforeMoreConflictsThanAllowed) {
  CrmOwnsMain();
  BothShow();
  config_.mutable_limits()->set_conflicts_max(0);
  connectors_.systems["erp"]->batches["clients"].push_back(
      Rows({"id", "code", "name", "tax", "address"}, {{"E7", "C1", "Nuts", "", ""}}));
  const auto end = Intake(Options()).Run(PlanOf("erp"), links_["erp"], {}, nullptr, {});
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(All(), IsEmpty());
}

}  // namespace
}  // namespace entrepot::sync
