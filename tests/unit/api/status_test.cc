#include "core/api/status.h"

#include <gtest/gtest.h>

#include "core/base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace entrepot::api {
namespace {

google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  EXPECT_EQ(rich.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(rich.message(), status.error_message());
  EXPECT_EQ(rich.details_size(), 1);
  if (rich.details_size() == 1) {
    EXPECT_TRUE(rich.details(0).UnpackTo(&info));
  }
  return info;
}

TEST(Status, CarriesItsReasonAsErrorInfo) {
  const grpc::Status status =
      ToGrpc(Failure(absl::StatusCode::kNotFound, "CLIENT_NOT_FOUND", "no client C-1"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no client C-1");
  EXPECT_EQ(InfoOf(status).reason(), "CLIENT_NOT_FOUND");
  EXPECT_EQ(InfoOf(status).domain(), "entrepot");
}

TEST(Status, WithoutAReasonNamesItsCode) {
  EXPECT_EQ(InfoOf(ToGrpc(absl::InternalError("a bug"))).reason(), "INTERNAL");
}

TEST(Status, CutsALongSentenceBetweenCharacters) {
  std::string sentence;
  while (sentence.size() < 2 * kMessageBytesMax) sentence += "я";
  const grpc::Status status = ToGrpc(absl::InvalidArgumentError("x" + sentence));
  EXPECT_LE(status.error_message().size(), kMessageBytesMax + 3);
  EXPECT_TRUE(status.error_message().ends_with("я…"));
}

TEST(Status, OkIsOk) { EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok()); }

}  // namespace
}  // namespace entrepot::api
