// The commands, by noun: each function adds one noun to the command line. A command's callback only
// notes what to run (Session::command), so that options may stand anywhere.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/entrepot/session.h"

namespace entrepot::cli {

void AddStatus(CLI::App& app, Session& session);
void AddConfig(CLI::App& app, Session& session);
void AddConnections(CLI::App& app, Session& session);
void AddSync(CLI::App& app, Session& session);
void AddPlan(CLI::App& app, Session& session);
void AddApply(CLI::App& app, Session& session);
void AddVerify(CLI::App& app, Session& session);
void AddRecords(CLI::App& app, Session& session);
void AddStock(CLI::App& app, Session& session);
void AddAnalogues(CLI::App& app, Session& session);
void AddOrder(CLI::App& app, Session& session);
void AddRequest(CLI::App& app, Session& session);
void AddParked(CLI::App& app, Session& session);
void AddDeadLetters(CLI::App& app, Session& session);
// Into the noun dead-letters.
void AddEditLetter(CLI::App& noun, Session& session);
void AddClient(CLI::App& app, Session& session);
// Into the noun client.
void AddClientWriting(CLI::App& noun, Session& session);
void AddDuplicates(CLI::App& app, Session& session);
void AddProposals(CLI::App& app, Session& session);
void AddConflicts(CLI::App& app, Session& session);
void AddTrace(CLI::App& app, Session& session);
void AddRuns(CLI::App& app, Session& session);
void AddConnector(CLI::App& app, Session& session);
void AddBackup(CLI::App& app, Session& session);
void AddRestore(CLI::App& app, Session& session);
void AddCompletion(CLI::App& app, Session& session);

// A command with examples below its help.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help,
                     const std::string& examples);

// A noun that needs one of its verbs.
CLI::App* AddNoun(CLI::App& parent, const std::string& name, const std::string& help);

// `command` runs `run` with its options, which live as long as the process.
template <typename Options, typename Function>
void Runs(CLI::App* command, Session& session, std::shared_ptr<Options> options, Function run) {
  command->callback([&session, options, run] {
    session.command = [&session, options, run] { return run(session, *options); };
  });
}

}  // namespace entrepot::cli
