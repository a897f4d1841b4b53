#include "app/entrepot/commands.h"

namespace entrepot::cli {

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help,
                     const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->fallthrough();
  command->footer("Examples:\n" + examples);
  return command;
}

CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& help) {
  CLI::App* noun = parent.add_subcommand(name, help);
  noun->fallthrough();
  noun->require_subcommand(1);
  noun->footer("Examples stand in the help of each: entrepot " + name + " COMMAND --help");
  return noun;
}

}  // namespace entrepot::cli
