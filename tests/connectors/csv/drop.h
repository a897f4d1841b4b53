// A drop folder of a test's own, and the csv connector on it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/connectors/plugin.h"

namespace entrepot::test {

class DropTest : public testing::Test {
 protected:
  using Options = std::vector<std::pair<std::string, std::string>>;

  void SetUp() override {
    std::string name = testing::TempDir() + "/drop-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    plugin_.reset();
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(folder_);
  }

  // Later drops are younger.
  void Drop(const std::string& name, std::string_view content) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() -
                                               std::chrono::hours(1) +
                                               std::chrono::seconds(++drops_));
  }

  // One dataset, "stock", of files stock*.csv with the key column "sku".
  Outcome Open(const Options& dataset_options = {}, const Options& options = {}) {
    plugin_ = std::make_unique<Plugin>(CONNECTOR_PATH);
    connector::OpenRequest request;
    request.set_contract(1);
    request.set_connection("warehouse");
    request.set_time_zone("Europe/Moscow");
    SetOption(request.mutable_options(), "folder", folder_.string());
    for (const auto& [name, value] : options) SetOption(request.mutable_options(), name, value);
    connector::Dataset* const dataset = request.add_datasets();
    dataset->set_name("stock");
    dataset->set_kind("stock_level");
    dataset->add_key("sku");
    SetOption(dataset->mutable_options(), "files", "stock*.csv");
    for (const auto& [name, value] : dataset_options) {
      SetOption(dataset->mutable_options(), name, value);
    }
    return plugin_->Open(request);
  }

  // What a hub does that commits every batch, except within a snapshot. Returns rows as
  // "location:line cell,cell", bad rows as "location:line:column! reason", and the marks
  // "begin" and "end" of snapshots. Stops early after `batches`.
  std::vector<std::string> Sync(bool full = false, uint32_t rows_max = 1000, int batches = -1) {
    std::vector<std::string> seen;
    connector::ReadRequest request;
    request.set_dataset("stock");
    request.set_cursor(committed_);
    request.set_full(full);
    request.set_preview(preview_);
    request.set_rows_max(rows_max);
    request.set_bytes_max(1 << 20);
    for (; batches != 0; --batches) {
      if (!preview_) request.set_committed_cursor(committed_);
      connector::ReadResponse response;
      const Outcome outcome = plugin_->Read(request, &response);
      if (!outcome.ok()) {
        seen.push_back("error " + outcome.message);
        return seen;
      }
      Note(response, &seen);
      if (!response.next_cursor().empty()) request.set_cursor(response.next_cursor());
      request.set_full(false);
      if (response.snapshot_begin()) in_snapshot_ = true;
      if (response.snapshot_end()) in_snapshot_ = false;
      if (!in_snapshot_ && !preview_) committed_ = request.cursor();
      if (response.end()) return seen;
    }
    return seen;
  }

  static void Note(const connector::ReadResponse& response, std::vector<std::string>* seen) {
    if (response.snapshot_begin()) seen->push_back("begin");
    for (const connector::Row& row : response.rows().rows()) {
      std::string text = response.rows().location() + ":" + std::to_string(row.line()) + " ";
      for (int i = 0; i < row.cells_size(); ++i) text += (i ? "," : "") + row.cells(i);
      seen->push_back(text);
    }
    for (const connector::BadRow& row : response.bad_rows()) {
      seen->push_back(row.location() + ":" + std::to_string(row.line()) + ":" +
                      std::to_string(row.column()) + "! " + row.reason());
    }
    if (response.snapshot_end()) seen->push_back("end");
  }

  // Files in a folder below .entrepot, without their numbers.
  std::vector<std::string> Stage(const std::string& stage) const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_ / ".entrepot" / stage / "stock", error)) {
      const std::string name = entry.path().filename().string();
      names.push_back(name.substr(name.find('-') + 1));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Plugin> plugin_;
  std::string committed_;
  bool in_snapshot_ = false;
  bool preview_ = false;  // Sync only looks
  int drops_ = 0;
};

}  // namespace entrepot::test
