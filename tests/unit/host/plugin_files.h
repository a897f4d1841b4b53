// Where the tests' connectors lie, and a folder of their own for what a test writes.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "entrepot/connector/v1/connector.pb.h"
#include "gtest/gtest.h"

namespace entrepot::host {

inline std::filesystem::path PluginFile(const std::string& name) {
  return std::filesystem::path(ENTREPOT_TEST_PLUGINS_DIR) / name / (name + ".so");
}

// Removed with what is in it at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = testing::TempDir() + "host.XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string BytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void WriteFile(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// A request that opens connection "test" with the given options.
inline connector::v1::OpenRequest OpenWith(
    std::initializer_list<std::pair<std::string, std::string>> options) {
  connector::v1::OpenRequest request;
  request.set_connection("test");
  request.set_time_zone("UTC");
  for (const auto& [name, value] : options) {
    auto* option = request.add_options();
    option->set_name(name);
    option->set_value(value);
  }
  return request;
}

}  // namespace entrepot::host
