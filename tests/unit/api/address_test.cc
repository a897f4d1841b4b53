#include "core/api/address.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/reason.h"
#include "tests/unit/api/scratch.h"

namespace entrepot::api {
namespace {

TEST(Address, IsOnThisMachineOnly) {
  for (const char* good : {"127.0.0.1:7420", "127.0.0.2:0", "localhost:7420", "[::1]:7420"}) {
    EXPECT_TRUE(CheckLoopback(good).ok()) << good;
  }
  for (const char* bad : {"0.0.0.0:7420", "[::]:7420", "10.0.0.1:7420", "example.org:7420",
                          "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "", ":7420"}) {
    EXPECT_EQ(ReasonOf(CheckLoopback(bad)), "BAD_ADDRESS") << bad;
  }
}

TEST(Address, OfASocketFitsAndIsFree) {
  const Scratch scratch;
  EXPECT_TRUE(CheckSocketPath(scratch.path() / "hub.sock").ok());
  EXPECT_EQ(ReasonOf(CheckSocketPath(scratch.path() / std::string(108, 'x'))), "BAD_SOCKET");
  EXPECT_EQ(ReasonOf(CheckSocketPath(scratch.path() / "missing" / "hub.sock")), "BAD_SOCKET");
  std::ofstream(scratch.path() / "file") << "precious";
  EXPECT_EQ(ReasonOf(CheckSocketPath(scratch.path() / "file")), "BAD_SOCKET");
}

}  // namespace
}  // namespace entrepot::api
