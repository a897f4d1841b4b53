#include "statement.h"

#include <entrepot/sdk/error.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace entrepot::sql {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// Letters of any script: bytes beyond ASCII belong to names.
bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool GoesOnName(char c) { return StartsName(c) || IsDigit(c) || c == '$'; }

class Tokenizer {
 public:
  Tokenizer(std::string_view option, std::string_view sql) : option_(option), sql_(sql) {}

  std::vector<Token> Run() {
    while (at_ < sql_.size()) Step();
    if (depth_ > 0) Fail("a parenthesis is not closed");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw sdk::BadConfiguration(option_, what);
  }
  char At(size_t offset) const { return at_ + offset < sql_.size() ? sql_[at_ + offset] : '\0'; }

  void Take(Token::Kind kind, size_t size) {
    tokens_.push_back({kind, std::string(sql_.substr(at_, size)), depth_});
    at_ += size;
  }

  // The size of a quoted piece that begins here with `quote` at `from`; doubled quotes stay in it.
  size_t QuotedSize(size_t from, char quote, bool backslashes) const {
    for (size_t i = from + 1; at_ + i < sql_.size(); ++i) {
      if (backslashes && At(i) == '\\') {
        ++i;
      } else if (At(i) == quote) {
        if (At(i + 1) != quote) return i + 1;
        ++i;
      }
    }
    Fail(std::string("a text or name that begins with ") + quote + " has no end");
  }

  size_t BlankSize() const {
    size_t size = 0;
    while (true) {
      if (IsBlank(At(size))) {
        ++size;
      } else if (At(size) == '-' && At(size + 1) == '-') {
        while (at_ + size < sql_.size() && At(size) != '\n') ++size;
      } else if (At(size) == '/' && At(size + 1) == '*') {
        const size_t end = sql_.find("*/", at_ + size + 2);
        if (end == std::string_view::npos) Fail("a comment has no end");
        size = end + 2 - at_;
      } else {
        return size;
      }
    }
  }

  // "$tag$ … $tag$" of PostgreSQL; 0: none begins here.
  size_t DollarSize() const {
    size_t tag = 1;
    if (StartsName(At(1))) {
      while (GoesOnName(At(tag)) && At(tag) != '$') ++tag;
    }
    if (At(tag) != '$') return 0;
    const std::string_view mark = sql_.substr(at_, tag + 1);
    const size_t end = sql_.find(mark, at_ + mark.size());
    if (end == std::string_view::npos) Fail("a text that begins with $ has no end");
    return end + mark.size() - at_;
  }

  void TakeParameter() {
    size_t begin = 1;
    size_t size = 1;
    if (At(1) == '"') {
      size = QuotedSize(1, '"', false);
      begin = 2;
    } else {
      while (GoesOnName(At(size))) ++size;
    }
    const size_t end = begin == 2 ? size - 1 : size;
    tokens_.push_back(
        {Token::Kind::kParameter, std::string(sql_.substr(at_ + begin, end - begin)), depth_});
    at_ += size;
  }

  void TakeClose() {
    if (--depth_ < 0) Fail("a parenthesis is closed that was not opened");
    Take(Token::Kind::kClose, 1);
  }

  void Step() {
    const char c = At(0);
    if (const size_t blank = BlankSize(); blank > 0) return Take(Token::Kind::kBlank, blank);
    if ((c == 'E' || c == 'e') && At(1) == '\'') {
      return Take(Token::Kind::kOther, QuotedSize(1, '\'', true));
    }
    if (c == '\'' || c == '"') return Take(Token::Kind::kOther, QuotedSize(0, c, false));
    if (c == '$') {
      if (const size_t size = DollarSize(); size > 0) return Take(Token::Kind::kOther, size);
    }
    if (c == ':' && At(1) == ':') return Take(Token::Kind::kOther, 2);
    if (c == ':' && (StartsName(At(1)) || At(1) == '"')) return TakeParameter();
    if (c == '(') {
      Take(Token::Kind::kOpen, 1);
      ++depth_;
      return;
    }
    if (c == ')') return TakeClose();
    if (StartsName(c)) {
      size_t size = 1;
      while (GoesOnName(At(size))) ++size;
      return Take(Token::Kind::kWord, size);
    }
    size_t size = 1;
    while (IsDigit(c) && GoesOnName(At(size))) ++size;
    Take(Token::Kind::kOther, size);
  }

  const std::string option_;
  const std::string_view sql_;
  size_t at_ = 0;
  int depth_ = 0;
  std::vector<Token> tokens_;
};

void DropEnd(std::vector<Token>* tokens) {
  while (!tokens->empty() &&
         (tokens->back().kind == Token::Kind::kBlank || tokens->back().text == ";")) {
    tokens->pop_back();
  }
}

// The first such word outside all parentheses, from `from` on; tokens.size(): there is none.
size_t FindWord(const std::vector<Token>& tokens, std::string_view word, size_t from) {
  for (size_t i = from; i < tokens.size(); ++i) {
    if (tokens[i].depth == 0 && tokens[i].Is(word)) return i;
  }
  return tokens.size();
}

// The items of the list in the parenthesis at `open`, without what is between them.
std::vector<std::vector<Token>> ItemsOf(const std::vector<Token>& tokens, size_t open) {
  std::vector<std::vector<Token>> items(1);
  for (size_t i = open + 1; i < tokens.size() && tokens[i].depth > tokens[open].depth; ++i) {
    const Token& token = tokens[i];
    if (token.text == "," && token.depth == tokens[open].depth + 1) {
      items.emplace_back();
    } else if (token.kind != Token::Kind::kBlank) {
      items.back().push_back(token);
    }
  }
  return items;
}

}  // namespace

bool Token::Is(std::string_view word) const {
  return kind == Kind::kWord &&
         std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
           return std::toupper(static_cast<unsigned char>(a)) == b;
         });
}

std::vector<Token> Tokenize(std::string_view option, std::string_view sql) {
  return Tokenizer(option, sql).Run();
}

Statement::Statement(std::string option, std::string_view sql)
    : option_(std::move(option)), tokens_(Tokenize(option_, sql)) {
  DropEnd(&tokens_);
  for (const Token& token : tokens_) {
    if (token.kind == Token::Kind::kOther && token.text == ";") {
      throw sdk::BadConfiguration(option_, "holds more than one statement");
    }
    if (token.kind == Token::Kind::kParameter && !Uses(token.text)) {
      parameters_.push_back(token.text);
    }
  }
}

bool Statement::Uses(std::string_view parameter) const {
  return std::find(parameters_.begin(), parameters_.end(), parameter) != parameters_.end();
}

std::string Statement::Text(char mark) const {
  std::string text;
  for (const Token& token : tokens_) {
    if (token.kind != Token::Kind::kParameter) {
      text += token.text;
      continue;
    }
    const auto at = std::find(parameters_.begin(), parameters_.end(), token.text);
    text += mark + std::to_string(at - parameters_.begin() + 1);
  }
  return text;
}

std::string Statement::Verb() const {
  for (const Token& token : tokens_) {
    if (token.kind == Token::Kind::kBlank) continue;
    std::string word = token.kind == Token::Kind::kWord ? token.text : "";
    for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return word;
  }
  return "";
}

PlainInsert ReadInsert(const Statement& statement) {
  PlainInsert insert;
  if (statement.Verb() != "INSERT") return insert;
  const std::vector<Token>& tokens = statement.tokens();
  size_t at = FindWord(tokens, "INTO", 0) + 1;
  for (; at < tokens.size() && tokens[at].kind != Token::Kind::kOpen; ++at) {
    if (tokens[at].Is("VALUES") || tokens[at].Is("AS")) return insert;
    if (tokens[at].kind != Token::Kind::kBlank) insert.table += tokens[at].text;
  }
  const std::vector<std::vector<Token>> names = ItemsOf(tokens, at);
  size_t values = FindWord(tokens, "VALUES", at);
  while (values < tokens.size() && tokens[values].kind != Token::Kind::kOpen) ++values;
  const std::vector<std::vector<Token>> given = ItemsOf(tokens, values);
  if (names.size() != given.size()) return insert;
  for (size_t i = 0; i < names.size(); ++i) {
    const bool plain =
        names[i].size() == 1 && given[i].size() == 1 && given[i][0].kind == Token::Kind::kParameter;
    if (plain) insert.columns.push_back({names[i][0].text, given[i][0].text});
  }
  return insert;
}

std::string QuotedName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string QuotedTable(std::string_view name) {
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return QuotedName(name);
  return QuotedName(name.substr(0, dot)) + "." + QuotedName(name.substr(dot + 1));
}

}  // namespace entrepot::sql
