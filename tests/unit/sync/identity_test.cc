#include "core/base/reason.h"
#include "core/sync/merge_records.h"
#include "core/sync/resolve.h"
#include "tests/unit/sync/two_systems.h"

namespace entrepot::sync {
namespace {

using store::ConflictState;
using store::DoubleState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class IdentityTest : public TwoSystemsTest {
 protected:
  IdentityTest() { Match(); }
  void Match(const std::string& authority = "") {
    Govern(authority, "match { fields: 'tax_id' } match { fields: 'name' fields: 'address' }");
  }

  std::vector<store::Double> Doubles() { return *Read()->ListDoubles(false, {}); }
  uint64_t IdOf(const std::string& code) {
    const auto record = RecordOf<v1::Client>(code);
    return record ? record->id() : 0;
  }
  uint64_t EnterContract(const std::string& number, uint64_t client) {
    v1::Contract contract;
    contract.set_number(number);
    contract.set_client_id(client);
    return Enter(contract);
  }
  absl::Status Merge(const std::string& keep, const std::string& gone) {
    const auto referrers = FindReferrers(*store_, IdOf(gone));
    if (!referrers.ok()) return referrers.status();
    return store_->Write([&](store::Transaction& tx) {
      return MergeRecords(tx, &authority_, IdOf(keep), IdOf(gone), *referrers, "api:anna");
    });
  }
  std::vector<std::pair<std::string, std::string>> OutsideIds(const std::string& code) {
    return *Read()->BindingsOf(IdOf(code));
  }
};

TEST_F(IdentityTest, ASecondSystemsClientIsTheOneWithTheSameTaxId) {
  Show("crm", {{"7", "C1", "Bolts", "7701 234", ""}});
  const store::Run run = Show("erp", {{"E7", "E-7", "Bolts Ltd", "7701-234", ""}});
  EXPECT_EQ(run.created, 0);
  EXPECT_EQ(run.changed, 1);
  EXPECT_THAT(OutsideIds("C1"), ElementsAre(std::pair("crm", "7"), std::pair("erp", "E7")));
  EXPECT_EQ(ClientOf("C1").name(), "Bolts Ltd");
  EXPECT_FALSE(RecordOf<v1::Client>("E-7").has_value());
}

TEST_F(IdentityTest, TheKeyOfTheOneThatWasThereStands) {
  Show("crm", {{"7", "C1", "Bolts", "7701234", ""}});
  Show("erp", {{"E7", "E-7", "Bolts", "7701234", ""}});
  Show("erp", {{"E7", "E-7", "Nuts", "7701234", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  EXPECT_EQ(ReadAll("erp").changed, 0);
}

TEST_F(IdentityTest, TheFirstRuleWhoseFieldsAreFilledAndFindJustOneDecides) {
  Show("crm", {{"7", "C1", "Bolts", "", "Harbour 1"}, {"8", "C2", "Nuts", "", "Harbour 1"}});
  EXPECT_EQ(Show("erp", {{"E8", "E-8", "nuts", "", "harbour 1"}}).created, 0);
  EXPECT_THAT(OutsideIds("C2"), SizeIs(2));
}

TEST_F(IdentityTest, TheOwnersValueWinsAtFirstContact) {
  Match(Group("main", "owner: 'crm'"));
  Show("crm", {{"7", "C1", "Bolts", "7701234", ""}});
  Show("erp", {{"E7", "E-7", "Nuts", "7701234", "Harbour 1"}});
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  EXPECT_EQ(ClientOf("C1").address(), "Harbour 1");
  EXPECT_THAT(Open(), SizeIs(1));
}

TEST_F(IdentityTest, SeveralThatFitAreShownAsPairs) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  Show("crm", {{"8", "C2", "Nuts", "77", ""}});  // the CRM's own double
  ASSERT_THAT(Doubles(), SizeIs(1));
  EXPECT_EQ(Doubles()[0].rule, "tax_id");
  EXPECT_EQ(Show("erp", {{"E9", "E-9", "Bolts", "77", ""}}).created, 1);
  EXPECT_THAT(Doubles(), SizeIs(3));
}

TEST_F(IdentityTest, AChangeThatMakesTwoEqualIsSeen) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}, {"8", "C2", "Nuts", "78", ""}});
  EXPECT_THAT(Doubles(), IsEmpty());
  v1::Client client = ClientOf("C2");
  client.set_tax_id("7 7");
  Enter(client, IdOf("C2"));
  ASSERT_THAT(Doubles(), SizeIs(1));
  EXPECT_EQ(Doubles()[0].first, IdOf("C1"));
  EXPECT_EQ(Doubles()[0].second, IdOf("C2"));
}

TEST_F(IdentityTest, PairsAndWhatIsComparedOutliveARestart) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  OpenStore();
  Match();
  EXPECT_EQ(Show("erp", {{"E7", "E-7", "Bolts", "77", ""}}).created, 0);
}

TEST_F(IdentityTest, AMergeMovesWhatReferredToTheOther) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  Show("crm", {{"8", "C2", "Nuts", "77", "Harbour 2"}});
  const uint64_t one = EnterContract("1", IdOf("C1"));
  const uint64_t two = EnterContract("2", IdOf("C2"));
  const uint64_t kept = IdOf("C1");
  ASSERT_TRUE(Merge("C1", "C2").ok());
  EXPECT_EQ((*Read()->Get(one))->contract().client_id(), kept);
  EXPECT_EQ((*Read()->Get(two))->contract().client_id(), kept);
  EXPECT_EQ((*Read()->Get(two))->revision(), 2);
  EXPECT_EQ((*Read()->Get(two))->origin(), "api:anna");
  EXPECT_TRUE(RecordOf<v1::Client>("C2")->deleted());
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  EXPECT_EQ(ClientOf("C1").address(), "Harbour 2");  // it had none
  EXPECT_THAT(OutsideIds("C1"), UnorderedElementsAre(std::pair("crm", "7"), std::pair("crm", "8")));
  EXPECT_THAT(Doubles(), IsEmpty());
  EXPECT_EQ((*Read()->ListDoubles(true, {}))[0].state, DoubleState::kMerged);
}

TEST_F(IdentityTest, WhatTheOtherWasKnownByMeansTheKeptOne) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  Show("erp", {{"E2", "C2", "Nuts", "78", ""}});
  const uint64_t kept = IdOf("C1");
  ASSERT_TRUE(Merge("C1", "C2").ok());
  Show("erp", {{"E2", "C2", "Nuts", "78", "Harbour 9"}});
  EXPECT_EQ(ClientOf("C1").address(), "Harbour 9");
  EXPECT_EQ(ClientOf("C1").code(), "C1");
  EXPECT_TRUE(RecordOf<v1::Client>("C2")->deleted());
  EXPECT_EQ(store_->ResolveBinding("erp", v1::Record::kClient, "E2"), kept);
  EXPECT_EQ(store_->ResolveKeyText(v1::Record::kClient, "C2"), kept);
  OpenStore();
  EXPECT_EQ(store_->ResolveKeyText(v1::Record::kClient, "C2"), kept);
}

TEST_F(IdentityTest, TheMergedRecordIsNotDeletedInSystemsThatHadIt) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  Show("erp", {{"E2", "C2", "Nuts", "78", ""}});
  ASSERT_TRUE(Merge("C1", "C2").ok());
  Deliver("erp");
  Deliver("crm");
  EXPECT_FALSE(connectors_.systems["erp"]->held["C2"].deleted);
  EXPECT_FALSE(connectors_.systems["crm"]->held["C2"].deleted);
  EXPECT_EQ(SentTo("erp", "C1").name(), "Bolts");
  const auto& sent = connectors_.systems["erp"]->held["C1"].last;
  EXPECT_EQ(sent.outside_id(), "E2");
}

TEST_F(IdentityTest, TheOwnersValuesComeAlongWithItsRecord) {
  Match(Group("main", "owner: 'crm'"));
  Show("erp", {{"E1", "C1", "Nuts", "77", "Harbour 1"}});
  Show("crm", {{"7", "C2", "Bolts", "78", "Harbour 2"}});
  ASSERT_TRUE(Merge("C1", "C2").ok());
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  EXPECT_EQ(ClientOf("C1").address(), "Harbour 1");
}

TEST_F(IdentityTest, OnlyLiveRecordsOfOneKindAreMerged) {
  Show("crm", {{"7", "C1", "Bolts", "77", ""}});
  const uint64_t contract = EnterContract("1", IdOf("C1"));
  const auto merge = [&](uint64_t keep, uint64_t gone) {
    return ReasonOf(store_->Write([&](store::Transaction& tx) {
      return MergeRecords(tx, &authority_, keep, gone, {}, "api:anna");
    }));
  };
  EXPECT_EQ(merge(IdOf("C1"), IdOf("C1")), "NOT_MERGEABLE");
  EXPECT_EQ(merge(IdOf("C1"), contract), "NOT_MERGEABLE");
  EXPECT_EQ(merge(IdOf("C1"), 999), "RECORD_NOT_FOUND");
}

class ResolveTest : public TwoSystemsTest {
 protected:
  void Quarrel(const std::string& rule) {
    Govern(Group("main", rule));
    Show("crm", {{"7", "C1", "Bolts", "", ""}});
    Show("erp", {{"E7", "C1", "Bolts", "", ""}});
    Deliver("crm");
    Deliver("erp");
    Show("erp", {{"E7", "C1", "Nuts", "", ""}});
  }
  void QuarrelHeld() {
    Quarrel("policy: AUTHORITY_POLICY_HOLD");
    Show("crm", {{"7", "C1", "Screws", "", ""}});
  }
  absl::Status Decide(v1::Keep keep) {
    const uint64_t id = Open()[0].id;
    return store_->Write(
        [&](store::Transaction& tx) { return Resolve(tx, &authority_, id, keep, "api:anna"); });
  }
};

TEST_F(ResolveTest, KeepingTheHubsSendsItToTheOtherSide) {
  QuarrelHeld();
  ASSERT_TRUE(Decide(v1::KEEP_HUB).ok());
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  Deliver("crm");
  EXPECT_EQ(SentTo("crm", "C1").name(), "Nuts");
  EXPECT_EQ(All()[0].state, ConflictState::kKeptHub);
  EXPECT_EQ(All()[0].closed_by, "api:anna");
}

TEST_F(ResolveTest, KeepingTheirsIsARevisionOfThePersonWhoSaysSo) {
  QuarrelHeld();
  ASSERT_TRUE(Decide(v1::KEEP_THEIRS).ok());
  EXPECT_EQ(ClientOf("C1").name(), "Screws");
  EXPECT_EQ(RecordOf<v1::Client>("C1")->origin(), "api:anna");
  EXPECT_EQ(All()[0].state, ConflictState::kTookTheirs);
  Deliver("erp");
  EXPECT_EQ(SentTo("erp", "C1").name(), "Screws");
}

TEST_F(ResolveTest, WhileItIsHeldTheOtherSideKeepsItsValue) {
  QuarrelHeld();
  v1::Client edited = ClientOf("C1");
  edited.set_address("Harbour 3");
  Enter(edited, RecordOf<v1::Client>("C1")->id());
  Deliver("crm");
  EXPECT_EQ(SentTo("crm", "C1").name(), "Screws");
  EXPECT_EQ(SentTo("crm", "C1").address(), "Harbour 3");
}

TEST_F(ResolveTest, AnEndedConflictIsNotDecidedAgain) {
  QuarrelHeld();
  const uint64_t id = Open()[0].id;
  ASSERT_TRUE(Decide(v1::KEEP_HUB).ok());
  const absl::Status again = store_->Write([&](store::Transaction& tx) {
    return Resolve(tx, &authority_, id, v1::KEEP_THEIRS, "api:anna");
  });
  EXPECT_EQ(ReasonOf(again), "CONFLICT_SETTLED");
}

TEST_F(ResolveTest, ADecisionIsNotAskedForAgain) {
  QuarrelHeld();
  ASSERT_TRUE(Decide(v1::KEEP_HUB).ok());
  Deliver("crm");
  Show("crm", {{"7", "C1", "Nuts", "", ""}});
  Show("erp", {{"E7", "C1", "Nuts", "", "Harbour 1"}});
  Show("crm", {{"7", "C1", "Nuts", "", "Harbour 1"}});
  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(ResolveTest, TakingTheOthersValueOfAnOwnedFieldIsAProposalToTheOwner) {
  Quarrel("owner: 'crm'");
  ASSERT_TRUE(Decide(v1::KEEP_THEIRS).ok());
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  ASSERT_THAT(*Read()->ListProposals(false, {}), SizeIs(1));
  Deliver("crm");
  EXPECT_EQ(SentTo("crm", "C1").name(), "Nuts");
  EXPECT_EQ(ClientOf("C1").name(), "Bolts");
  Show("crm", {{"7", "C1", "Nuts", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Nuts");
  EXPECT_THAT(*Read()->ListProposals(false, {}), IsEmpty());
  EXPECT_EQ((*Read()->ListProposals(true, {}))[0].state, store::ProposalState::kAccepted);
}

TEST_F(ResolveTest, AnOwnerThatShowsSomethingElseHasDeclined) {
  Quarrel("owner: 'crm'");
  ASSERT_TRUE(Decide(v1::KEEP_THEIRS).ok());
  Show("crm", {{"7", "C1", "Pins", "", ""}});  // before it has seen the proposal
  EXPECT_THAT(*Read()->ListProposals(false, {}), SizeIs(1));
  Deliver("crm");
  Show("crm", {{"7", "C1", "Cogs", "", ""}});
  EXPECT_EQ(ClientOf("C1").name(), "Cogs");
  EXPECT_EQ((*Read()->ListProposals(true, {}))[0].state, store::ProposalState::kDeclined);
}

}  // namespace
}  // namespace entrepot::sync
