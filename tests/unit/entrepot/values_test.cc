#include "app/entrepot/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "app/entrepot/exit_code.h"
#include "core/base/reason.h"
#include "entrepot/v1/order_service.pb.h"
#include "entrepot/v1/product.pb.h"

namespace entrepot::cli {
namespace {

using testing::HasSubstr;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

TEST(Values, ShowsWhatPeopleWrite) {
  EXPECT_EQ(Show(*ReadDecimal("--quantity", "12.50")), "12.5");
  EXPECT_EQ(Show(*ReadDate("--date", "2026-12-01")), "2026-12-01");
  EXPECT_EQ(ShowEnum(v1::LINE_OUTCOME_PARTIALLY_ACCEPTED), "partially accepted");
  EXPECT_EQ(ShowEnum(v1::LINE_OUTCOME_UNSPECIFIED), "");
}

// Sets a variable of the environment for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Values, NamesTheZoneOfATime) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'795'570'481);
  for (const auto& [zone, text] :
       std::map<const char*, const char*>{{"Europe/Moscow", "2026-11-25 04:34:41 +03"},
                                          {"Asia/Kolkata", "2026-11-25 07:04:41 +05:30"},
                                          {"UTC", "2026-11-25 01:34:41 UTC"},
                                          {"No/Such_Zone", "2026-11-25 01:34:41 UTC"}}) {
    const Variable in_zone("TZ", zone);
    EXPECT_EQ(Show(time), text);
  }
}

TEST(Values, ShowsUnitsInTheLanguageOfTheTerminal) {
  const Variable all("LC_ALL", "C.UTF-8");
  EXPECT_EQ(ShowUnit("H87"), "pcs");
  EXPECT_EQ(ShowUnit("XYZ"), "XYZ");
  const Variable unset("LC_ALL", "");
  const Variable messages("LC_MESSAGES", "");
  const Variable language("LANG", "ru_RU.UTF-8");
  EXPECT_EQ(ShowUnit("H87"), "шт");
  EXPECT_EQ(ShowUnit("KGM"), "кг");
  v1::Product product;
  product.set_unit("H87");
  EXPECT_EQ(ShowField(product, *product.GetDescriptor()->FindFieldByName("unit")), "шт");
}

TEST(Values, GroupsThousands) {
  EXPECT_EQ(ShowCount(0), "0");
  EXPECT_EQ(ShowCount(999), "999");
  EXPECT_EQ(ShowCount(1'000), "1,000");
  EXPECT_EQ(ShowCount(1'234'567), "1,234,567");
  EXPECT_EQ(ShowCount(1, "row"), "1 row");
  EXPECT_EQ(ShowBytes(1'400'000), "1.4 MB");
}

TEST(Values, RefusesADateThatIsNone) {
  for (const char* text : {"2026-02-30", "01.12.2026", "tomorrow", ""}) {
    const absl::StatusOr<v1::Date> date = ReadDate("--date", text);
    ASSERT_FALSE(date.ok()) << text;
    EXPECT_EQ(ExitCodeOf(date.status()), ExitCode::kUsage);
    EXPECT_THAT(MessageOf(date.status()), HasSubstr("--date"));
  }
}

TEST(Values, NamesTheNearestStatus) {
  const absl::StatusOr<int> status = ReadEnum("--status", "shiped", *v1::OrderStatus_descriptor());
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(MessageOf(status.status()), HasSubstr("did you mean \"shipped\"?"));
  EXPECT_EQ(*ReadEnum("--status", "shipped", *v1::OrderStatus_descriptor()),
            v1::ORDER_STATUS_SHIPPED);
}

TEST(ExitCode, FollowsTheReason) {
  EXPECT_EQ(ExitCodeOf(Failure(absl::StatusCode::kUnavailable, kUnreachableReason, "")),
            ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf(Failure(absl::StatusCode::kUnavailable, "STORE_FULL", "")),
            ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(Failure(absl::StatusCode::kNotFound, "ORDER_NOT_FOUND", "")),
            ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(Usage("")), ExitCode::kUsage);
}

}  // namespace
}  // namespace entrepot::cli
