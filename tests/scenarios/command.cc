#include <fmt/core.h>

#include "tests/scenarios/story.h"

namespace entrepot::scenarios {
namespace {

// Words between blanks; "double quotes" keep blanks, and ":" and ";" are words of their own where
// they end one.
std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, begun = false;
  const auto end = [&] {
    if (begun) words.push_back(std::move(word));
    word.clear();
    begun = false;
  };
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size() || line[i + 1] == ' ';
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (quoted || (c != ' ' && !((c == ':' || c == ';') && last))) {
      word += c;
      begun = true;
    } else {
      end();
      if (c != ' ') words.push_back(std::string(1, c));
    }
  }
  end();
  return words;
}

}  // namespace

std::string Command::Option(const std::string& name, std::string_view otherwise) const {
  auto found = options.find(name);
  return found == options.end() ? std::string(otherwise) : found->second;
}

absl::StatusOr<Command> ParseCommand(std::string_view line) {
  Command command;
  for (std::string& word : Words(line)) {
    const size_t equals = word.find('=');
    if (command.verb.empty()) {
      command.verb = std::move(word);
    } else if (word == ":" || word == ";") {
      command.parts.emplace_back();
    } else if (!command.parts.empty()) {
      command.parts.back().push_back(std::move(word));
    } else if (word.front() == '+') {
      command.options[word.substr(1)] = "yes";
    } else if (equals != std::string::npos) {
      command.options[word.substr(0, equals)] = word.substr(equals + 1);
    } else {
      command.words.push_back(std::move(word));
    }
  }
  if (command.verb.empty()) return absl::InvalidArgumentError("an empty line says nothing");
  return command;
}

}  // namespace entrepot::scenarios
