// What the hub asks of a sink, through the loaded connector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "books.h"

namespace entrepot::test {
namespace {

using connector::APPLY_OUTCOME_APPLIED;
using connector::APPLY_OUTCOME_NOT_FOUND;
using connector::APPLY_OUTCOME_NOT_SENT;
using connector::APPLY_OUTCOME_REFUSED;
using testing::HasSubstr;

class ApplyTest : public BooksTest {
 protected:
  static v1::Record Deleted(v1::Record record, uint64_t revision) {
    record.set_revision(revision);
    record.set_deleted(true);
    return record;
  }
};

TEST_F(ApplyTest, IntroducesItself) {
  const connector::Manifest manifest = plugin_->manifest();
  EXPECT_EQ(manifest.id(), "ledger");
  EXPECT_TRUE(manifest.sink());
  EXPECT_TRUE(manifest.finds());
  EXPECT_TRUE(manifest.append_only());
}

TEST_F(ApplyTest, WritesAnInvoiceOnce) {
  const v1::Record invoice = Invoice("1001-1", "C1", 4, {{20, 10000, 2000}});
  const connector::ApplyResult result = Apply(invoice);
  EXPECT_EQ(result.outcome(), APPLY_OUTCOME_APPLIED) << result.message();
  EXPECT_EQ(result.outside_id(), "1001-1");
  const std::string once = Content();
  EXPECT_EQ(Apply(invoice).outcome(), APPLY_OUTCOME_APPLIED);
  ASSERT_TRUE(Open().ok()) << "and over a restart";
  EXPECT_EQ(Apply(invoice, true).outcome(), APPLY_OUTCOME_APPLIED);
  EXPECT_EQ(Content(), once);
  ExpectAccepted(file_);
}

TEST_F(ApplyTest, FindsWhatItWrote) {
  EXPECT_FALSE(Find("1001-1").found());
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}, 3));
  for (int round = 0; round < 2; ++round) {
    const connector::FindResult found = Find("1001-1");
    EXPECT_TRUE(found.found());
    EXPECT_EQ(found.outside_id(), "1001-1");
    EXPECT_EQ(found.revision(), 3u);
    EXPECT_FALSE(Find("001-1").found());
    EXPECT_FALSE(Find("1001-11").found());
    ASSERT_TRUE(Open().ok());
  }
}

TEST_F(ApplyTest, SaysWhetherWhatIsThereIsTheSame) {
  const v1::Record invoice = Invoice("1001-1", "C1", 4, {{20, 10000, 2000}});
  Apply(invoice);
  EXPECT_EQ(Find("1001-1").content(), connector::CONTENT_UNSPECIFIED);
  v1::Record again = invoice;  // as a restored hub makes it anew
  again.set_id(invoice.id() + 1'000'000);
  again.set_revision(1'000'001);
  EXPECT_EQ(Find("1001-1", &again).content(), connector::CONTENT_SAME);
  const v1::Record other = Invoice("1001-1", "C1", 4, {{20, 9000, 1800}}, 1'000'001);
  EXPECT_EQ(Find("1001-1", &other).content(), connector::CONTENT_DIFFERENT);
  again.set_deleted(true);
  EXPECT_EQ(Find("1001-1", &again).content(), connector::CONTENT_DIFFERENT);
}

TEST_F(ApplyTest, ReversesARevisedInvoiceAndWritesTheNewOne) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  Apply(Invoice("1002-1", "C1", 6, {{20, 100, 20}}));
  const connector::ApplyResult result =
      Apply(Invoice("1001-1", "C1", 5, {{20, 5000, 1000}}, 2), true);
  EXPECT_EQ(result.outcome(), APPLY_OUTCOME_APPLIED) << result.message();
  ExpectAccepted(file_);
  EXPECT_EQ(HledgerBalances(file_)["assets:receivable:C1"], 6120);
  EXPECT_EQ(LedgerBalances(file_)["assets:receivable:C1"], 6120);
  // On every day what the hub says: nothing on the fourth, the new one from the fifth.
  EXPECT_EQ(HledgerBalances(file_, "-e 2026-11-05")["assets:receivable:C1"], 0);
  EXPECT_EQ(HledgerBalances(file_, "-e 2026-11-06")["assets:receivable:C1"], 6000);
  EXPECT_EQ(Find("1001-1").revision(), 2u);
  std::string output;
  Run("hledger -f '" + file_.string() + "' print tag:reversal=2 tag:revision=1", &output);
  EXPECT_THAT(output, HasSubstr("-120.00 RUB"));
}

TEST_F(ApplyTest, ReversesWhatWasWrittenThoughAccountsHaveBeenRenamed) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  ASSERT_TRUE(Open({{"revenue_account", "income:{percent}"}}).ok());
  Apply(Invoice("1001-1", "C1", 4, {{20, 5000, 1000}}, 2), true);
  std::map<std::string, Cents> balances = HledgerBalances(file_);
  EXPECT_EQ(balances["revenues:sales"], 0);
  EXPECT_EQ(balances["income:20"], -5000);
  ExpectAccepted(file_);
}

TEST_F(ApplyTest, ReversesADeletedInvoiceAndTakesItBack) {
  const v1::Record invoice = Invoice("1001-1", "C1", 4, {{20, 10000, 2000}});
  Apply(invoice);
  const connector::ApplyResult deleted = Apply(Deleted(invoice, 2), true);
  EXPECT_EQ(deleted.outcome(), APPLY_OUTCOME_APPLIED) << deleted.message();
  EXPECT_EQ(HledgerBalances(file_)["assets:receivable:C1"], 0);
  EXPECT_FALSE(Find("1001-1").found());
  const std::string content = Content();
  EXPECT_EQ(Apply(Deleted(invoice, 2), true).outcome(), APPLY_OUTCOME_APPLIED);
  EXPECT_EQ(Content(), content);
  v1::Record again = invoice;
  again.set_revision(3);
  EXPECT_EQ(Apply(again, true).outcome(), APPLY_OUTCOME_APPLIED);
  EXPECT_EQ(HledgerBalances(file_)["assets:receivable:C1"], 12000);
  ExpectAccepted(file_);
}

TEST_F(ApplyTest, WritesNothingForAnInvoiceThatWasDeletedBeforeItCame) {
  EXPECT_EQ(Apply(Deleted(Invoice("1001-1", "C1", 4, {{20, 1, 0}}), 2)).outcome(),
            APPLY_OUTCOME_APPLIED);
  EXPECT_TRUE(HledgerBalances(file_).empty());
}

TEST_F(ApplyTest, MakesAnEmptyJournalThatCanBeIncluded) {
  ExpectAccepted(file_);
  const std::string head = Content();
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(Content(), head);
  EXPECT_EQ(Apply(Invoice("1001-1", "C1", 4, {{20, 1, 0}})).outcome(), APPLY_OUTCOME_APPLIED);
}

TEST_F(ApplyTest, RefusesWhatAPersonMustLookAtAndWritesTheRest) {
  connector::ApplyRequest request;
  v1::Record wrong = Invoice("1001-1", "C1", 4, {{20, 10000, 2000}});
  SetMoney(wrong.mutable_invoice()->mutable_gross(), 1);
  AddItem(&request, wrong, false);
  AddItem(&request, Invoice("1002-1", "C1", 4, {{20, 10000, 2000}}), false);
  connector::ApplyResponse response;
  ASSERT_TRUE(plugin_->Apply(request, &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(0).outcome(), APPLY_OUTCOME_REFUSED);
  EXPECT_THAT(response.results(0).message(), HasSubstr("invoice 1001-1 does not add up: gross"));
  EXPECT_EQ(response.results(1).outcome(), APPLY_OUTCOME_APPLIED);
  EXPECT_FALSE(Find("1001-1").found());
}

TEST_F(ApplyTest, RefusesAnOlderRevisionThanTheJournalHolds) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}, 5));
  const connector::ApplyResult result = Apply(Invoice("1001-1", "C1", 4, {{20, 1, 0}}, 4), true);
  EXPECT_EQ(result.outcome(), APPLY_OUTCOME_REFUSED);
  EXPECT_THAT(result.message(), HasSubstr("holds revision 5 of 1001-1, newer than 4"));
}

TEST_F(ApplyTest, SaysThatABoundInvoiceIsGone) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  std::filesystem::remove(file_);
  EXPECT_EQ(Apply(Invoice("1001-1", "C1", 4, {{20, 1, 0}}, 2), true).outcome(),
            APPLY_OUTCOME_NOT_FOUND);
}

TEST_F(ApplyTest, WritesNothingIntoAnEditedJournal) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  const std::string good = Content();
  const std::string edited = good + "; mine\n";
  std::ofstream(file_) << edited;
  const connector::ApplyResult result = Apply(Invoice("1002-1", "C1", 4, {{20, 1, 0}}));
  EXPECT_EQ(result.outcome(), APPLY_OUTCOME_NOT_SENT);
  EXPECT_THAT(result.message(), HasSubstr("this was not written by the hub"));
  EXPECT_EQ(Content(), edited);
  connector::CheckResponse check;
  EXPECT_EQ(plugin_->Check(&check).status, ENTREPOT_BAD_DATA);
  connector::FindResponse find;
  EXPECT_EQ(plugin_->Find({}, &find).status, ENTREPOT_BAD_DATA);
  std::ofstream(file_) << good;
  EXPECT_EQ(Apply(Invoice("1002-1", "C1", 4, {{20, 1, 0}})).outcome(), APPLY_OUTCOME_APPLIED);
}

TEST_F(ApplyTest, SaysThatHledgerIsMissing) {
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  ASSERT_TRUE(Open({{"hledger", "/no/such/hledger"}}).ok());
  connector::CheckResponse check;
  const Outcome outcome = plugin_->Check(&check);
  EXPECT_EQ(outcome.status, ENTREPOT_UNAVAILABLE);
  EXPECT_THAT(outcome.message, HasSubstr("cannot run '/no/such/hledger'"));
  EXPECT_EQ(Apply(Invoice("1002-1", "C1", 4, {{20, 1, 0}})).outcome(), APPLY_OUTCOME_NOT_SENT);
}

TEST_F(ApplyTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(Open({{"vat_account", "a::b"}}).message, HasSubstr("option 'vat_account'"));
  file_ = folder_ / "hub[1].journal";
  EXPECT_THAT(Open().message, HasSubstr("option 'file'"));
}

TEST_F(ApplyTest, ListsWhatCountsPageByPage) {
  for (int i = 0; i < 5; ++i) {
    Apply(Invoice("100" + std::to_string(i) + "-1", "C1", 4, {{20, 100 + i, 20}}));
  }
  Apply(Deleted(Invoice("1002-1", "C1", 4, {{20, 102, 20}}), 2), true);
  std::vector<std::string> ids;
  connector::ListRequest request;
  request.set_items_max(3);
  connector::ListResponse response;
  do {
    ASSERT_TRUE(plugin_->List(request, &response).ok());
    for (const auto& item : response.items()) ids.push_back(item.outside_id());
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(ids, testing::ElementsAre("1000-1", "1001-1", "1003-1", "1004-1"));
}

TEST_F(ApplyTest, GivesTheSameDigestToTheSamePostings) {
  const auto digest = [&] {
    connector::ListRequest request;
    request.set_items_max(10);
    connector::ListResponse response;
    EXPECT_TRUE(plugin_->List(request, &response).ok());
    return response.items_size() == 1 ? response.items(0).digest() : "";
  };
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}));
  const std::string first = digest();
  Apply(Invoice("1001-1", "C1", 4, {{20, 5000, 1000}}, 2), true);
  EXPECT_NE(digest(), first);
  Apply(Invoice("1001-1", "C1", 4, {{20, 10000, 2000}}, 3), true);
  EXPECT_EQ(digest(), first);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(digest(), first) << "read from the journal";
}

}  // namespace
}  // namespace entrepot::test
