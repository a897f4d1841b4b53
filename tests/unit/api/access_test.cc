#include "core/api/access.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/base/reason.h"
#include "tests/unit/api/scratch.h"

namespace entrepot::api {
namespace {

TEST(Access, MakesATokenAtFirstStartAndKeepsIt) {
  const Scratch scratch;
  const std::filesystem::path file = scratch.path() / "token";
  const absl::StatusOr<Access> first = Access::Open(file);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->token().size(), 64u);
  struct stat info;
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const absl::StatusOr<Access> second = Access::Open(file);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->token(), first->token());
}

TEST(Access, RefusesATokenThatOthersMayRead) {
  const Scratch scratch;
  const std::filesystem::path file = scratch.path() / "token";
  ASSERT_TRUE(Access::Open(file).ok());
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(ReasonOf(Access::Open(file).status()), "TOKEN_EXPOSED");
}

TEST(Access, RefusesATokenThatCanBeGuessed) {
  const Scratch scratch;
  const std::filesystem::path file = scratch.path() / "token";
  std::ofstream(file) << "secret\n";
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(Access::Open(file).status()), "TOKEN_SHORT");
}

TEST(Access, SaysWhenTheFolderIsNotThere) {
  EXPECT_EQ(ReasonOf(Access::Open("/nonexistent/token").status()), "TOKEN_IO");
}

}  // namespace
}  // namespace entrepot::api
