// Manifests and problems as short texts, for the tests of core/config.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/reason.h"
#include "core/config/load.h"
#include "core/config/validate.h"

namespace entrepot::config {

inline connector::v1::OptionSpec* AddOption(
    const std::string& name, connector::v1::OptionType type,
    google::protobuf::RepeatedPtrField<connector::v1::OptionSpec>* options) {
  connector::v1::OptionSpec* option = options->Add();
  option->set_name(name);
  option->set_type(type);
  option->set_description("What " + name + " is.");
  return option;
}

// The csv connector as far as these tests need it.
inline connector::v1::Manifest CsvManifest() {
  using namespace connector::v1;  // NOLINT: the enumeration's values
  connector::v1::Manifest manifest;
  manifest.set_id("csv");
  manifest.set_version("1.0.0");
  manifest.set_contract_first(1);
  manifest.set_contract_last(1);
  manifest.set_source(true);
  auto* options = manifest.mutable_options();
  AddOption("folder", OPTION_TYPE_PATH, options)->set_required(true);
  AddOption("encoding", OPTION_TYPE_TEXT, options)->set_default_value("utf-8");
  AddOption("delimiter", OPTION_TYPE_TEXT, options)->set_default_value(";");
  AddOption("settle", OPTION_TYPE_DURATION, options)->set_default_value("2000");
  AddOption("keep", OPTION_TYPE_INTEGER, options);
  AddOption("password", OPTION_TYPE_TEXT, options)->set_secret(true);
  auto* dataset = manifest.mutable_dataset_options();
  AddOption("files", OPTION_TYPE_TEXT, dataset)->set_required(true);
  auto* content = AddOption("content", OPTION_TYPE_CHOICE, dataset);
  content->add_choices("changes");
  content->add_choices("full");
  AddOption("header", OPTION_TYPE_BOOLEAN, dataset);
  return manifest;
}

inline connector::v1::Manifest LedgerManifest() {
  connector::v1::Manifest manifest;
  manifest.set_id("ledger");
  manifest.set_contract_first(1);
  manifest.set_contract_last(1);
  manifest.set_source(true);
  manifest.set_sink(true);
  AddOption("file", connector::v1::OPTION_TYPE_PATH, manifest.mutable_options())
      ->set_required(true);
  AddOption("journal", connector::v1::OPTION_TYPE_PATH, manifest.mutable_options());
  AddOption("money_accounts", connector::v1::OPTION_TYPE_TEXT, manifest.mutable_options());
  return manifest;
}

// Takes records, and gives nothing back.
inline connector::v1::Manifest ArchiveManifest() {
  connector::v1::Manifest manifest;
  manifest.set_id("archive");
  manifest.set_contract_first(1);
  manifest.set_contract_last(1);
  manifest.set_sink(true);
  return manifest;
}

// Reads and writes rows.
inline connector::v1::Manifest SqlManifest() {
  connector::v1::Manifest manifest;
  manifest.set_id("sql");
  manifest.set_contract_first(1);
  manifest.set_contract_last(1);
  manifest.set_source(true);
  manifest.set_sink(true);
  manifest.set_takes_rows(true);
  for (const char* name : {"driver", "host", "user", "database", "listen"}) {
    AddOption(name, connector::v1::OPTION_TYPE_TEXT, manifest.mutable_options());
  }
  for (const char* name : {"query", "cursor", "cursor_key", "insert", "update", "delete", "find"}) {
    AddOption(name, connector::v1::OPTION_TYPE_TEXT, manifest.mutable_dataset_options());
  }
  return manifest;
}

inline absl::StatusOr<connector::v1::Manifest> KnownManifest(const std::string& id) {
  if (id == "csv") return CsvManifest();
  if (id == "ledger") return LedgerManifest();
  if (id == "archive") return ArchiveManifest();
  if (id == "sql") return SqlManifest();
  return Failure(absl::StatusCode::kNotFound, "CONNECTOR_NOT_FOUND",
                 "there is no connector \"" + id + "\"; known are csv, ledger, sql");
}

// "line:column: path: message", one for each problem.
inline std::vector<std::string> Lines(const Loaded& loaded) {
  std::vector<std::string> lines;
  for (const Problem& problem : loaded.problems) {
    lines.push_back(std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " +
                    problem.path + ": " + problem.message);
  }
  return lines;
}

inline std::vector<std::string> LoadLines(const std::string& text) {
  return Lines(LoadText(text, "hub.yaml"));
}

inline std::vector<std::string> ValidateLines(const std::string& text) {
  Loaded loaded = LoadText(text, "hub.yaml");
  Validate(KnownManifest, &loaded);
  return Lines(loaded);
}

// Four lines.
constexpr char kHub[] =
    "hub:\n"
    "  data_folder: data\n"
    "  time_zone: Europe/Moscow\n"
    "  currency: RUB\n";

}  // namespace entrepot::config
