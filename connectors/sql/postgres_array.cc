#include "postgres_array.h"

#include <algorithm>
#include <string_view>

namespace entrepot::sql {
namespace {

using Kind = Token::Kind;

constexpr char kRows[] = "entrepot_rows";
constexpr char kEcho[] = "entrepot_echo";

class Rewriter {
 public:
  Rewriter(const Statement& statement, const std::vector<std::string>& types)
      : statement_(statement), tokens_(statement.tokens()), types_(types) {}

  std::optional<ArrayStatement> Run() {
    const std::string verb = statement_.Verb();
    if (verb == "SELECT") return Select();
    if (verb == "INSERT") return Insert();
    if (verb == "UPDATE") return Change("SET", "FROM");
    if (verb == "DELETE") return Change("FROM", "USING");
    return std::nullopt;
  }

 private:
  // The first word `word` outside all parentheses, from `from` on; tokens_.size(): there is none.
  size_t Find(std::string_view word, size_t from) const {
    for (size_t i = from; i < tokens_.size(); ++i) {
      if (tokens_[i].depth != 0 || !tokens_[i].Is(word)) continue;
      // IS DISTINCT FROM.
      if (word == "FROM" && i >= 2 && tokens_[i - 2].Is("DISTINCT")) continue;
      return i;
    }
    return tokens_.size();
  }

  std::string Text(size_t begin, size_t end) const {
    std::string text;
    for (size_t i = begin; i < end && i < tokens_.size(); ++i) {
      text += tokens_[i].kind == Kind::kParameter ? Name(tokens_[i].text) : tokens_[i].text;
    }
    return text;
  }

  bool HasParameters(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (tokens_[i].kind == Kind::kParameter) return true;
    }
    return false;
  }

  size_t IndexOf(const std::string& parameter) const {
    const auto& all = statement_.parameters();
    return static_cast<size_t>(std::find(all.begin(), all.end(), parameter) - all.begin());
  }
  std::string Name(const std::string& parameter) const {
    return std::string(kRows) + ".p" + std::to_string(IndexOf(parameter) + 1);
  }

  // "unnest($1::text[], …) WITH ORDINALITY AS entrepot_rows (p1, …, n)".
  std::string Source() const {
    std::string arrays, names;
    for (size_t i = 0; i < types_.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      if (i > 0) arrays += ", ";
      arrays.append("$").append(number).append("::").append(types_[i]).append("[]");
      names.append("p").append(number).append(", ");
    }
    return "unnest(" + arrays + ") WITH ORDINALITY AS " + kRows + " (" + names + "n)";
  }

  std::optional<ArrayStatement> Select() const {
    return ArrayStatement{"SELECT " + std::string(kRows) + ".n, entrepot_found.* FROM " + Source() +
                              " CROSS JOIN LATERAL (" + Text(0, tokens_.size()) +
                              ") AS entrepot_found ORDER BY 1",
                          ArrayStatement::Order::kNumbered, std::nullopt};
  }

  // UPDATE t SET … [FROM …] [WHERE …] [RETURNING …] and DELETE FROM t [USING …] …
  std::optional<ArrayStatement> Change(std::string_view head, std::string_view other_tables) const {
    const size_t begin = Find(head, 0);
    if (begin == tokens_.size()) return std::nullopt;
    const size_t returning = Find("RETURNING", begin);
    const size_t where = std::min(Find("WHERE", begin), returning);
    const bool joins = Find(other_tables, begin + 1) < where;
    std::string text = Text(0, where);
    text.append(joins ? ", " : " " + std::string(other_tables) + " ").append(Source()).append(" ");
    text += Text(where, returning);
    text.append(" RETURNING ").append(kRows).append(".n");
    if (returning < tokens_.size()) text += "," + Text(returning + 1, tokens_.size());
    return ArrayStatement{text, ArrayStatement::Order::kNumbered, std::nullopt};
  }

  // INSERT INTO t (…) VALUES (…) [ON CONFLICT …] [RETURNING …]
  std::optional<ArrayStatement> Insert() const {
    const size_t values = Find("VALUES", 0);
    const size_t open = NextOf(values);
    if (open >= tokens_.size() || tokens_[open].kind != Kind::kOpen) return std::nullopt;
    size_t close = open + 1;
    while (close < tokens_.size() && tokens_[close].depth > 0) ++close;
    const size_t rest = NextOf(close);
    const bool one_row = rest >= tokens_.size() || tokens_[rest].kind == Kind::kWord;
    if (!one_row || HasDefault(open, close) || HasParameters(close, tokens_.size())) {
      return std::nullopt;
    }
    ArrayStatement made;
    made.text = Text(0, values) + "SELECT " + Text(open + 1, close) + " FROM " + Source() +
                " ORDER BY " + kRows + ".n " + Text(close + 1, tokens_.size());
    if (Find("RETURNING", close) < tokens_.size()) {
      made.order = ArrayStatement::Order::kInOrder;
      AddEcho(close, &made);
    }
    return made;
  }

  size_t NextOf(size_t at) const {
    if (at < tokens_.size()) ++at;
    while (at < tokens_.size() && tokens_[at].kind == Kind::kBlank) ++at;
    return at;
  }

  bool HasDefault(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (tokens_[i].Is("DEFAULT")) return true;
    }
    return false;
  }

  // Is it one of the columns in ON CONFLICT (…)?
  bool Decides(const std::string& column, size_t close) const {
    size_t open = Find("CONFLICT", close);
    while (open < tokens_.size() && tokens_[open].kind != Kind::kOpen) ++open;
    for (size_t i = open + 1; i < tokens_.size() && tokens_[i].depth > 0; ++i) {
      if (tokens_[i].text == column) return true;
    }
    return false;
  }

  // A column that is filled with a parameter as it is tells which row a returned one belongs to:
  // the hub's number for choice, because no two rows share it.
  void AddEcho(size_t close, ArrayStatement* made) const {
    const PlainInsert insert = ReadInsert(statement_);
    const PlainColumn* best = nullptr;
    for (const PlainColumn& column : insert.columns) {
      if (best == nullptr) best = &column;
      if (column.parameter != "correlation_key" && !Decides(column.column, close)) continue;
      best = &column;
      break;
    }
    if (best == nullptr) return;
    made->echo = IndexOf(best->parameter);
    made->text.append(", ").append(best->column).append("::text AS ").append(kEcho);
  }

  const Statement& statement_;
  const std::vector<Token>& tokens_;
  const std::vector<std::string>& types_;
};

}  // namespace

std::optional<ArrayStatement> ForArrays(const Statement& statement,
                                        const std::vector<std::string>& types) {
  if (types.empty() || types.size() != statement.parameters().size()) return std::nullopt;
  for (const std::string& type : types) {
    if (type.ends_with("[]")) return std::nullopt;
  }
  return Rewriter(statement, types).Run();
}

}  // namespace entrepot::sql
