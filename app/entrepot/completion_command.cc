// entrepot completion: a script for the shell, made from the commands and options there are.
#include <fmt/core.h>

#include <string_view>

#include "app/entrepot/commands.h"

namespace entrepot::cli {
namespace {

struct CompletionOptions {
  std::string shell;
};

// "--full --output": what may follow a command.
std::string Words(const CLI::App& command) {
  std::string words;
  for (const CLI::App* verb : command.get_subcommands([](const CLI::App*) { return true; })) {
    words += verb->get_name() + " ";
  }
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        const std::string word = "--" + name;
        if (words.find(word + " ") == std::string::npos) words += word + " ";
      }
    }
  }
  if (!words.empty()) words.pop_back();
  return words;
}

// One line of the case statement for each command: `"order place") words="…" ;;`.
void AppendCases(const CLI::App& command, const std::string& path, std::string* script) {
  *script += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, Words(command));
  for (const CLI::App* verb : command.get_subcommands([](const CLI::App*) { return true; })) {
    AppendCases(*verb, path.empty() ? verb->get_name() : path + " " + verb->get_name(), script);
  }
}

constexpr std::string_view kCases = "@CASES@";

// Both shells: the words before the cursor that are no options make the command's path; what is no
// command any more is an argument and ends it.
constexpr char kBash[] = R"sh(# entrepot's completion: source <(entrepot completion bash)
_entrepot_words() {
  local words=""
  case "$1" in
@CASES@    *) return 1 ;;
  esac
  echo "$words"
}
_entrepot() {
  local path="" word current="${COMP_WORDS[COMP_CWORD]}"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    _entrepot_words "${path:+$path }$word" >/dev/null || continue
    path="${path:+$path }$word"
  done
  COMPREPLY=($(compgen -W "$(_entrepot_words "$path")" -- "$current"))
}
complete -o default -F _entrepot entrepot
)sh";

constexpr char kZsh[] = R"sh(#compdef entrepot
# entrepot's completion: entrepot completion zsh >~/.zfunc/_entrepot
_entrepot_words() {
  local words=""
  case "$1" in
@CASES@    *) return 1 ;;
  esac
  echo "$words"
}
_entrepot() {
  local path_="" word
  for word in "${words[@]:1:$((CURRENT - 2))}"; do
    [[ $word == -* ]] && continue
    _entrepot_words "${path_:+$path_ }$word" >/dev/null || continue
    path_="${path_:+$path_ }$word"
  done
  compadd -- ${=$(_entrepot_words "$path_")} || _files
}
compdef _entrepot entrepot
)sh";

}  // namespace

void AddCompletion(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "completion", "A completion script for bash or zsh",
                                 "  source <(entrepot completion bash)\n"
                                 "  entrepot completion zsh >~/.zfunc/_entrepot");
  auto options = std::make_shared<CompletionOptions>();
  command->add_option("SHELL", options->shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([&app, &session, options] {
    session.command = [&app, &session, options]() -> Outcome {
      std::string cases;
      AppendCases(app, "", &cases);
      std::string script = options->shell == "bash" ? kBash : kZsh;
      script.replace(script.find(kCases), kCases.size(), cases);
      session.out.Say(script);
      return ExitCode::kOk;
    };
  });
}

}  // namespace entrepot::cli
