#include "core/trade/clients.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "core/base/absl_view.h"
#include "core/base/clock.h"
#include "core/base/reason.h"

namespace entrepot::trade {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// The CRM owns names, the ERP terms; only the CRM takes clients.
constexpr char kConfig[] = R"pb(
  connections {
    key: "crm"
    value {
      datasets {
        key: "clients"
        value { kind: "client" }
      }
    }
  }
  connections {
    key: "erp"
    value {
      datasets {
        key: "clients"
        value { kind: "client" }
      }
    }
  }
  authority {
    key: "client"
    value {
      groups {
        key: "main"
        value { owner: "crm" }
      }
      groups {
        key: "terms"
        value { owner: "erp" }
      }
    }
  }
)pb";

class ClientsTest : public testing::Test {
 protected:
  ClientsTest() {
    char pattern[] = "/tmp/entrepot-clients-XXXXXX";
    folder_ = mkdtemp(pattern);
    config::v1::Config config;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kConfig, &config));
    authority_ = domain::Authority::From(config);
    authority_.NoteSink("crm", v1::Record::kClient);
    store_ = *store::Store::Open({.folder = folder_, .clock = &clock_});
    EXPECT_TRUE(store_->Start().ok());
  }
  ~ClientsTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  static v1::Client Named(const std::string& code, const std::string& name) {
    v1::Client client;
    if (!code.empty()) client.set_code(code);
    client.set_name(name);
    return client;
  }
  absl::StatusOr<v1::CreateClientResponse> Create(const v1::Client& client,
                                                  const std::string& request_id) {
    v1::CreateClientRequest request;
    request.set_request_id(request_id);
    *request.mutable_client() = client;
    return Parts().Create(request, "api:anna");
  }
  absl::StatusOr<v1::UpdateClientResponse> Update(const std::string& code, const v1::Client& client,
                                                  const std::vector<std::string>& fields = {},
                                                  uint64_t revision = 0) {
    v1::UpdateClientRequest request;
    request.set_request_id("u" + std::to_string(++updates_));
    request.set_code(code);
    *request.mutable_client() = client;
    for (const std::string& field : fields) request.add_fields(field);
    request.set_revision(revision);
    return Parts().Update(request, "api:anna");
  }
  // As when the CRM has taken it.
  void BindToCrm(uint64_t id) {
    EXPECT_TRUE(store_
                    ->Write([&](store::Transaction& tx) {
                      return tx.Bind("crm", v1::Record::kClient, "7", id);
                    })
                    .ok());
  }
  Clients Parts() { return Clients(*store_, &authority_); }

  SystemClock clock_;
  std::filesystem::path folder_;
  domain::Authority authority_;
  std::unique_ptr<store::Store> store_;
  int updates_ = 0;
};

TEST_F(ClientsTest, AreEnteredOnceHoweverOftenTheRequestIsRepeated) {
  const auto first = Create(Named("C1", "Bolts"), "r1");
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Create(Named("C1", "Bolts"), "r1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->client().id(), first->client().id());
  EXPECT_EQ(first->client().origin(), "api:anna");
  EXPECT_EQ(ReasonOf(Create(Named("C1", "Nuts"), "r2").status()), "CLIENT_EXISTS");
}

TEST_F(ClientsTest, GetTheHubsNextFreeNumber) {
  ASSERT_TRUE(Create(Named("1001", "Bolts"), "r1").ok());
  const auto made = Create(Named("", "Nuts"), "r2");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->client().client().code(), "1002");
}

TEST_F(ClientsTest, MayNotBeGivenWhatItsOwnerWouldNeverLearn) {
  v1::Client client = Named("C1", "Bolts");
  client.set_price_type("retail");
  const auto made = Create(client, "r1");
  EXPECT_EQ(ReasonOf(made.status()), "OWNED");
  EXPECT_THAT(std::string(StdView(made.status().message())), HasSubstr("erp"));
}

TEST_F(ClientsTest, AreChangedAtOnceWhereNobodyOwnsTheField) {
  ASSERT_TRUE(Create(Named("C1", "Bolts"), "r1").ok());
  v1::Client change;
  change.set_address("Harbour 1");
  const auto changed = Update("C1", change);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->client().client().address(), "Harbour 1");
  EXPECT_EQ(changed->client().client().name(), "Bolts");
  EXPECT_THAT(changed->proposals(), IsEmpty());
  ASSERT_TRUE(Update("C1", v1::Client(), {"address"}).ok());
  EXPECT_EQ(ReasonOf(Update("C1", change, {}, 1).status()), "CHANGED_SINCE");
}

TEST_F(ClientsTest, AreProposedToTheOwnerOfTheField) {
  const uint64_t id = Create(Named("C1", "Bolts"), "r1")->client().id();
  BindToCrm(id);
  v1::Client change = Named("", "Nuts");
  change.set_address("Harbour 1");
  const auto changed = Update("C1", change);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->client().client().name(), "Bolts");
  EXPECT_EQ(changed->client().client().address(), "Harbour 1");
  ASSERT_THAT(changed->proposals(), SizeIs(1));
  EXPECT_EQ(changed->proposals(0).connection(), "crm");
  EXPECT_EQ(changed->proposals(0).changes(0).after(), "\"Nuts\"");
  const auto delivery = *(*store_->Read())->GetDelivery("crm", id);
  ASSERT_TRUE(delivery.has_value());
  EXPECT_EQ(delivery->state, store::DeliveryState::kPending);
}

TEST_F(ClientsTest, HaveOneProposalForEachGroup) {
  BindToCrm(Create(Named("C1", "Bolts"), "r1")->client().id());
  ASSERT_TRUE(Update("C1", Named("", "Nuts")).ok());
  v1::Client more;
  more.set_comment("pays late");
  ASSERT_TRUE(Update("C1", more).ok());
  const auto open = *(*store_->Read())->ListProposals(false, {});
  ASSERT_THAT(open, SizeIs(1));
  v1::Client wanted;
  ASSERT_TRUE(wanted.ParseFromString(open[0].wanted));
  EXPECT_EQ(wanted.name(), "Nuts");
  EXPECT_EQ(wanted.comment(), "pays late");
}

TEST_F(ClientsTest, SayWhatIsWrong) {
  ASSERT_TRUE(Create(Named("C1", "Bolts"), "r1").ok());
  EXPECT_EQ(ReasonOf(Update("C1", v1::Client()).status()), "NO_FIELDS");
  EXPECT_EQ(ReasonOf(Update("C1", v1::Client(), {"nmae"}).status()), "UNKNOWN_FIELD");
  EXPECT_EQ(ReasonOf(Update("C9", Named("", "Nuts")).status()), "CLIENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Create(Named("C2", "Nuts"), "").status()), "BAD_REQUEST_ID");
}

}  // namespace
}  // namespace entrepot::trade
