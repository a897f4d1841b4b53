// What is understood of an SQL text, and what is made of it for arrays.
#include "statement.h"

#include <entrepot/sdk/error.h>
#include <gmock/gmock.h>

#include "cursor.h"
#include "key.h"
#include "postgres_array.h"
#include "postgres_text.h"

namespace entrepot::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Statement, FindsParametersByNameAndLeavesEverythingElseAlone) {
  const Statement statement(
      "query",
      "SELECT ':a', \"x:b\", E'it\\'s :c', $$ :d $$, $t$ :e $t$, f::text -- :g\n/* :h */ "
      "FROM t WHERE i = :i AND j = :\"j k\" AND l = :имя AND i2 = :i AND arr[1:2] = 'q' ;\n");
  EXPECT_THAT(statement.parameters(), ElementsAre("i", "j k", "имя"));
  const std::string text = statement.Text('$');
  EXPECT_THAT(text, HasSubstr("i = $1 AND j = $2 AND l = $3 AND i2 = $1 AND arr[1:2] = 'q'"));
  EXPECT_THAT(text, HasSubstr("SELECT ':a', \"x:b\", E'it\\'s :c', $$ :d $$, $t$ :e $t$, f::text"));
  EXPECT_EQ(statement.Verb(), "SELECT");
}

TEST(Statement, NamesAreQuoted) {
  EXPECT_EQ(QuotedName("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuotedTable("crm.Клиенты"), "\"crm\".\"Клиенты\"");
}

TEST(Statement, AnInsertNamesItsPlainColumns) {
  const PlainInsert insert = ReadInsert(Statement(
      "insert", "INSERT INTO crm.t (a, \"B c\", d) VALUES (:x, :\"y z\", lower(:v)) RETURNING a"));
  EXPECT_EQ(insert.table, "crm.t");
  ASSERT_EQ(insert.columns.size(), 2u);
  EXPECT_EQ(insert.columns[1].column, "\"B c\"");
  EXPECT_EQ(insert.columns[1].parameter, "y z");
  EXPECT_TRUE(ReadInsert(Statement("insert", "INSERT INTO t VALUES (:a)")).columns.empty());
  EXPECT_TRUE(ReadInsert(Statement("insert", "UPDATE t SET a = 1 WHERE b = 2")).columns.empty());
}

std::string ArrayOf(const std::string& sql, const std::vector<std::string>& types) {
  const auto made = ForArrays(Statement("insert", sql), types);
  return made ? made->text : "";
}

TEST(Array, AnInsertSelectsItsValues) {
  const auto made = ForArrays(
      Statement(
          "insert",
          "INSERT INTO t (number, name) VALUES (:correlation_key, upper(:name)) RETURNING id"),
      {"text", "text"});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->text,
            "INSERT INTO t (number, name) SELECT entrepot_rows.p1, upper(entrepot_rows.p2) FROM "
            "unnest($1::text[], $2::text[]) WITH ORDINALITY AS entrepot_rows (p1, p2, n) ORDER BY "
            "entrepot_rows.n  RETURNING id, number::text AS entrepot_echo");
  EXPECT_EQ(made->order, ArrayStatement::Order::kInOrder);
  EXPECT_EQ(made->echo, 0u);
}

TEST(Array, AnUpsertIsRecognisedByItsKey) {
  const auto made = ForArrays(
      Statement("upsert",
                "INSERT INTO t (name, code) VALUES (:name, :code) ON CONFLICT (code) DO UPDATE SET "
                "name = EXCLUDED.name RETURNING code"),
      {"text", "text"});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->echo, 1u);
}

TEST(Array, AnUpdateJoinsItsRows) {
  EXPECT_EQ(
      ArrayOf("UPDATE t SET a = :a, b = extract(year FROM c) WHERE id = :outside_id",
              {"integer", "bigint"}),
      "UPDATE t SET a = entrepot_rows.p1, b = extract(year FROM c)  FROM "
      "unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS entrepot_rows (p1, p2, n) WHERE "
      "id = entrepot_rows.p2 RETURNING entrepot_rows.n");
  EXPECT_THAT(ArrayOf("UPDATE t SET a = x IS DISTINCT FROM y WHERE id = :id", {"text"}),
              HasSubstr("IS DISTINCT FROM y  FROM unnest"));
  EXPECT_THAT(ArrayOf("UPDATE t SET a = o.a FROM o WHERE t.id = :id RETURNING t.id", {"text"}),
              HasSubstr("FROM o , unnest"));
  EXPECT_THAT(ArrayOf("DELETE FROM t WHERE id = :id", {"text"}), HasSubstr("t  USING unnest"));
}

TEST(Array, ASelectIsJoinedSideways) {
  EXPECT_THAT(
      ArrayOf("SELECT id FROM t WHERE number = :correlation_key LIMIT 1", {"text"}),
      HasSubstr("CROSS JOIN LATERAL (SELECT id FROM t WHERE number = entrepot_rows.p1 LIMIT "
                "1) AS entrepot_found"));
}

TEST(Array, OtherShapesAreLeftToTheSlowWay) {
  EXPECT_THAT(ArrayOf("INSERT INTO t VALUES (:a), (:b)", {"text", "text"}), IsEmpty());
  EXPECT_THAT(ArrayOf("INSERT INTO t VALUES (:a, DEFAULT)", {"text"}), IsEmpty());
  EXPECT_THAT(
      ArrayOf("INSERT INTO t VALUES (:a) ON CONFLICT (a) DO UPDATE SET b = :b", {"text", "text"}),
      IsEmpty());
  EXPECT_THAT(ArrayOf("WITH x AS (SELECT 1) INSERT INTO t VALUES (:a)", {"text"}), IsEmpty());
  EXPECT_THAT(ArrayOf("UPDATE t SET tags = :tags WHERE id = :id", {"text[]", "text"}), IsEmpty());
  EXPECT_THAT(ArrayOf("UPDATE t SET a = 1 WHERE b = 2", {}), IsEmpty());
}

TEST(Array, ElementsKeepWhatTheyHold) {
  std::string array = "{";
  for (const OwnText& text : {OwnText(), OwnText("NULL"), OwnText("a\"b\\c,{}"), OwnText("")}) {
    if (array.size() > 1) array += ',';
    AppendElement(text, &array);
  }
  EXPECT_EQ(array, R"({NULL,"NULL","a\"b\\c,{}","")");
}

TEST(Cursor, SurvivesItsText) {
  Cursor cursor;
  cursor.phase = Cursor::Phase::kDeletions;
  cursor.order = "changed_at,id;";
  cursor.snapshot_key = {"1:2", ""};
  cursor.changes = {{"2026-01-01", {"7"}}, "2025-12-31"};
  cursor.deletions.floor = "";
  EXPECT_EQ(Cursor::Decode(cursor.Encode()), cursor);
  EXPECT_EQ(Cursor::Decode(""), Cursor());
}

TEST(Cursor, RefusesWhatItDidNotWrite) {
  const std::string good = Cursor().Encode();
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_THROW(Cursor::Decode(good.substr(0, size)), sdk::Error) << size;
  }
  EXPECT_THROW(Cursor::Decode(good + "x"), sdk::Error);
  EXPECT_THROW(Cursor::Decode("4:sql1C99999999999999999999:"), sdk::Error);
  EXPECT_THROW(Cursor::Decode("4:sql1C5:ab"), sdk::Error);
}

TEST(Trouble, IsSortedByWhatIsToBeDone) {
  const std::pair<const char*, Trouble> states[] = {
      {"23505", Trouble::kRow},           {"22P02", Trouble::kRow},
      {"P0001", Trouble::kRow},           {"40001", Trouble::kRetry},
      {"40P01", Trouble::kRetry},         {"55P03", Trouble::kRetry},
      {"57014", Trouble::kRetry},         {"53100", Trouble::kUnavailable},
      {"53300", Trouble::kUnavailable},   {"57P01", Trouble::kUnavailable},
      {"08006", Trouble::kUnavailable},   {"25006", Trouble::kUnavailable},
      {"28P01", Trouble::kDenied},        {"42501", Trouble::kDenied},
      {"42P01", Trouble::kConfiguration}, {"42703", Trouble::kConfiguration},
      {"3D000", Trouble::kConfiguration}, {"", Trouble::kUnavailable}};
  for (const auto& [state, trouble] : states) EXPECT_EQ(TroubleOfState(state), trouble) << state;
}

TEST(Key, IsJoinedAndTakenApart) {
  const std::vector<std::string> parts = {"a/b", "c\\d", ""};
  EXPECT_EQ(JoinKey(parts), "a\\/b/c\\\\d/");
  EXPECT_EQ(SplitKey(JoinKey(parts), 3), parts);
  EXPECT_EQ(SplitKey("a/b", 3), std::nullopt);
  EXPECT_EQ(SplitKey("a/b", 1), std::vector<std::string>{"a/b"});
}

}  // namespace
}  // namespace entrepot::sql
