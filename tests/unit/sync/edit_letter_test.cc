#include "core/sync/edit_letter.h"

#include "core/base/reason.h"
#include "tests/unit/sync/sync_fixture.h"

namespace entrepot::sync {
namespace {

class EditLetterTest : public SyncTest {
 protected:
  EditLetterTest() {
    Configure(kWarehouse);
    Give("products", {Products({{"A", "bolt", "soon"}, {"B", "", "1"}})});
    RunOk("products");
  }

  store::DeadLetter Letter(const std::string& outside_id) {
    const auto letters = *Read()->ListDeadLetters("", {});
    for (const store::DeadLetter& letter : letters) {
      if (letter.source.outside_id == outside_id) return letter;
    }
    return {};
  }
  absl::StatusOr<store::DeadLetter> Edit(uint64_t id, const std::vector<CellChange>& changes) {
    absl::StatusOr<store::DeadLetter> edited;
    const absl::Status written = store_->Write([&](store::Transaction& tx) {
      edited = EditLetter(tx, id, changes, "olga");
      return edited.status();
    });
    return written.ok() ? edited : written;
  }
  v1::ReplayDeadLettersResponse Send(uint64_t id) {
    Replay replay({.store = store_.get(), .limits = &config_.limits()}, &plan_);
    const auto done = replay.DeadLetters(std::vector{id}, false);
    EXPECT_TRUE(done.ok()) << done.status();
    return done.value_or(v1::ReplayDeadLettersResponse());
  }
};

TEST_F(EditLetterTest, ACorrectedRowIsApplied) {
  const uint64_t id = Letter("A").id;
  const auto edited = Edit(id, {{"days", "4"}});
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->id, id);
  EXPECT_EQ(Send(id).applied(), 1);
  EXPECT_EQ(RecordOf<v1::Product>("A")->product().lead_time_days(), 4);
  EXPECT_EQ(Letter("A").id, 0);
}

TEST_F(EditLetterTest, TheRowAsItCameIsKeptBesideIt) {
  const uint64_t id = Letter("A").id;
  ASSERT_TRUE(Edit(id, {{"days", "4"}}).ok());
  ASSERT_TRUE(Edit(id, {{"days", "5"}, {"name", std::nullopt}}).ok());
  const store::DeadLetter letter = Letter("A");
  EXPECT_EQ(letter.edited_by, "olga");
  EXPECT_EQ(letter.source.raw, "A;bolt;soon");
  const auto cells = CellsOf(letter);
  ASSERT_EQ(cells.size(), 3);
  EXPECT_FALSE(cells[0].changed);
  EXPECT_EQ(cells[1].value, std::nullopt);
  EXPECT_EQ(cells[1].original, "bolt");
  EXPECT_EQ(cells[2].value, "5");
  EXPECT_EQ(cells[2].original, "soon");
}

TEST_F(EditLetterTest, AnEditThatIsStillWrongKeepsTheOriginal) {
  const uint64_t id = Letter("A").id;
  ASSERT_TRUE(Edit(id, {{"days", "later"}}).ok());
  EXPECT_EQ(Send(id).dead(), 1);
  const auto cells = CellsOf(Letter("A"));
  EXPECT_EQ(cells[2].value, "later");
  EXPECT_EQ(cells[2].original, "soon");
  EXPECT_EQ(Letter("A").edited_by, "olga");
}

TEST_F(EditLetterTest, ANewerRowFromTheSourceTakesTheEditAway) {
  ASSERT_TRUE(Edit(Letter("A").id, {{"days", "later"}}).ok());
  Give("products", {Products({{"A", "bolt", "never"}})});
  RunOk("products");
  EXPECT_EQ(Letter("A").edited_by, "");
  EXPECT_EQ(CellsOf(Letter("A"))[2].value, "never");
}

TEST_F(EditLetterTest, EveryChangeIsKeptWithItsAuthor) {
  ASSERT_TRUE(Edit(Letter("A").id, {{"days", "4"}, {"name", "bolt"}}).ok());
  const auto edits = *Read()->RowEditsOf({.known_as = {{"wh", "A"}}}, 10);
  ASSERT_EQ(edits.size(), 1) << "the name is as it was";
  EXPECT_EQ(edits[0].column, "days");
  EXPECT_EQ(edits[0].before, "soon");
  EXPECT_EQ(edits[0].after, "4");
  EXPECT_EQ(edits[0].actor, "olga");
}

TEST_F(EditLetterTest, SaysWhatToDoInstead) {
  EXPECT_EQ(ReasonOf(Edit(4711, {{"days", "4"}}).status()), "DEAD_LETTER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Edit(Letter("A").id, {}).status()), "NO_CHANGES");
  const auto misspelt = Edit(Letter("A").id, {{"dais", "4"}});
  EXPECT_EQ(ReasonOf(misspelt.status()), "UNKNOWN_COLUMN");
  EXPECT_THAT(misspelt.status().ToString(), testing::HasSubstr("did you mean \"days\"?"));
  uint64_t delivery = 0;
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) -> absl::Status {
                    delivery = *tx.Bury({.source = {.dataset = "shop/clients", .outside_id = "C"},
                                         .reason = "refused",
                                         .record_id = 7});
                    return absl::OkStatus();
                  })
                  .ok());
  const auto refused = Edit(delivery, {{"days", "4"}});
  EXPECT_EQ(ReasonOf(refused.status()), "NOT_A_ROW");
  EXPECT_THAT(refused.status().ToString(), testing::HasSubstr("replay"));
}

}  // namespace
}  // namespace entrepot::sync
