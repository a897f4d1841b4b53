// An SQL text of the configuration with named parameters: ":name", or ":\"a name\"" for names with
// other characters. Quoted texts, comments and "::" casts are left alone. Immutable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace entrepot::sql {

// A piece of an SQL text, so that it can be understood without a parser of SQL.
struct Token {
  enum class Kind {
    kWord,       // a key word or an unquoted name
    kParameter,  // text is its name
    kOpen,       // (
    kClose,      // )
    kBlank,      // white space and comments
    kOther,      // quoted names and texts, numbers, operators, each by itself
  };
  Kind kind = Kind::kOther;
  std::string text;  // as written, but parameters
  int depth = 0;     // in how many parentheses it stands; of a parenthesis, outside it
  // A key word, whatever its case?
  bool Is(std::string_view upper_case_word) const;
};

// Throws BadConfiguration that names `option` when a quote, a comment or a parenthesis has no end.
std::vector<Token> Tokenize(std::string_view option, std::string_view sql);

class Statement {
 public:
  Statement() = default;
  // `option` is named in messages. A ";" at the end is dropped. Throws BadConfiguration.
  Statement(std::string option, std::string_view sql);

  bool empty() const { return tokens_.empty(); }
  const std::string& option() const { return option_; }
  // Each name once, in order of first use: parameter 1, 2, …
  const std::vector<std::string>& parameters() const { return parameters_; }
  bool Uses(std::string_view parameter) const;
  const std::vector<Token>& tokens() const { return tokens_; }
  // With parameters written as `mark` and their number: "$1".
  std::string Text(char mark) const;
  // The first word in capitals: "INSERT".
  std::string Verb() const;

 private:
  std::string option_;
  std::vector<Token> tokens_;
  std::vector<std::string> parameters_;
};

// Of INSERT INTO table (columns) VALUES (expressions): its columns that are filled with a parameter
// as it is. Empty for every other shape.
struct PlainColumn {
  std::string column;  // as written
  std::string parameter;
};
struct PlainInsert {
  std::string table;  // as written, with its schema
  std::vector<PlainColumn> columns;
};
PlainInsert ReadInsert(const Statement& statement);

// A name as an SQL identifier, in double quotes.
std::string QuotedName(std::string_view name);
// A table's name, "schema.table" or "table", each part in quotes.
std::string QuotedTable(std::string_view name);

}  // namespace entrepot::sql
