// Never oversell: against a warehouse that is simulated, with figures that come late, and with
// callers that come at once.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "core/domain/decimal.h"
#include "core/trade/order_lines.h"
#include "tests/scenarios/story.h"

namespace entrepot::trade {
namespace {

using domain::Decimal;
using scenarios::Story;

constexpr int kPlaces = 2;
constexpr absl::Duration kLag = absl::Hours(1);

// What really lies in one warehouse, and what its own system knows of it.
struct Place {
  std::string code;
  int64_t received = 0;
  struct Shipped {
    absl::Time at;
    absl::Duration booked_after;  // at most the lag that is configured
    int64_t quantity;
  };
  std::vector<Shipped> shipped;
  int64_t published = 0;
  absl::Time as_of;

  int64_t Real() const {
    int64_t real = received;
    for (const Shipped& part : shipped) real -= part.quantity;
    return real;
  }
  void Publish(absl::Time now) {
    as_of = now;
    published = received;
    for (const Shipped& part : shipped) {
      if (part.at + part.booked_after <= now) published -= part.quantity;
    }
  }
  int64_t ShippedBeyondFigures() const {
    int64_t sum = 0;
    for (const Shipped& part : shipped) {
      if (as_of < part.at + kLag) sum += part.quantity;
    }
    return sum;
  }
};

class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed) {
    story_.Say("config lag=1h");
    story_.Say("product BOLT");
    story_.Say("client C-1");
    story_.Say("price BOLT retail 10");
    for (int i = 0; i < kPlaces; ++i) {
      places_[i].code = "W" + std::to_string(i);
      story_.Say("warehouse " + places_[i].code + " transfer=" + std::to_string(i));
      places_[i].received = Pick(20);
      Publish(places_[i]);
    }
  }

  void Step() {
    switch (Pick(6)) {
      case 0: Receive(); break;
      case 1: Publish(places_[Pick(kPlaces)]); break;
      case 2: story_.clock().Set(story_.clock().Now() + absl::Minutes(Pick(50))); break;
      case 3: Ship(); break;
      case 4: Cancel(); break;
      default: Order(); break;
    }
    Check();
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void Receive() {
    Place& place = places_[Pick(kPlaces)];
    place.received += Pick(8);
    Publish(place);
  }
  void Publish(Place& place) {
    place.Publish(story_.clock().Now());
    story_.Say("stock BOLT " + place.code + " " + std::to_string(place.published));
  }
  void Order() {
    std::string line = "order C-1";
    if (Pick(2) == 0) line += " wanted=2026-04-" + std::to_string(10 + Pick(20));
    line += ": BOLT " + std::to_string(1 + Pick(9));
    if (Pick(3) == 0) line += "; BOLT " + std::to_string(1 + Pick(4));
    story_.Say(line);
    open_.push_back(std::to_string(1000 + ++orders_));
  }
  v1::Order Get(const std::string& number) {
    v1::GetOrderRequest request;
    request.set_number(number);
    const auto response = story_.trade().ordering.Get(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response->order().order();
  }
  void Ship() {
    if (open_.empty()) return;
    const std::string number = open_[Pick(static_cast<int>(open_.size()))];
    const v1::Order before = Get(number);
    const int ready = static_cast<int>(ReadyToShip(before.lines(0)).billionths() / 1'000'000'000);
    if (ready == 0) return;
    story_.Say("ship " + number + ": 1 " + std::to_string(1 + Pick(ready)));
    const v1::Order after = Get(number);
    for (const v1::ShipmentLine& line : after.shipments(after.shipments_size() - 1).lines()) {
      for (Place& place : places_) {
        if (story_.IdOf(v1::Record::kWarehouse, place.code) != line.warehouse_id()) continue;
        place.shipped.push_back(
            {story_.clock().Now(), absl::Minutes(Pick(61)), line.quantity().units()});
      }
    }
    if (after.status() != v1::ORDER_STATUS_OPEN) std::erase(open_, number);
  }
  void Cancel() {
    if (open_.empty() || Pick(2) == 0) return;
    const std::string number = open_[Pick(static_cast<int>(open_.size()))];
    story_.Say("cancel " + number + " no longer needed");
    std::erase(open_, number);
  }

  // What is promised from a shelf lies on it, and what the hub shows is what can be computed from
  // the orders.
  void Check() {
    std::map<uint64_t, int64_t> reserved;
    int64_t waiting = 0;
    for (const std::string& number : open_) {
      const v1::Order order = Get(number);
      for (const v1::OrderLine& line : order.lines()) {
        waiting += line.back_ordered().units();
        for (const v1::Allocation& allocation : line.allocations()) {
          reserved[allocation.warehouse_id()] +=
              allocation.quantity().units() - allocation.shipped().units();
        }
      }
    }
    int64_t free = 0;
    for (const Place& place : places_) {
      const int64_t here = reserved[story_.IdOf(v1::Record::kWarehouse, place.code)];
      ASSERT_LE(here, place.Real()) << place.code << " has promised more than it holds";
      free += std::max<int64_t>(0, place.published - here - place.ShippedBeyondFigures());
    }
    v1::GetAvailabilityRequest request;
    request.set_sku("BOLT");
    const auto shown = story_.trade().availability.Get(request);
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(shown->availability().available().units(), std::max<int64_t>(0, free - waiting));
    if (waiting > 0) {
      EXPECT_EQ(free, 0) << "goods lie on the shelf while somebody waits";
    }
  }

  std::mt19937 random_;
  Story story_;
  Place places_[kPlaces];
  std::vector<std::string> open_;
  int orders_ = 0;
};

class NeverOversells : public testing::TestWithParam<unsigned> {};

TEST_P(NeverOversells, WhateverComesInWhateverOrder) {
  Simulation simulation(GetParam());
  for (int step = 0; step < 100 && !testing::Test::HasFailure(); ++step) simulation.Step();
}

INSTANTIATE_TEST_SUITE_P(Seeds, NeverOversells, testing::Range(1U, 7U));

TEST(Ordering, NeverPromisesAPieceTwiceToCallersAtOnce) {
  Story story;
  story.Say("product BOLT");
  story.Say("warehouse MAIN transfer=0");
  story.Say("client C-1");
  story.Say("price BOLT retail 10");
  story.Say("stock BOLT MAIN 100");
  constexpr int kCallers = 8, kOrdersEach = 20;
  std::vector<int64_t> accepted(kCallers);
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&story, &accepted, caller] {
        for (int i = 0; i < kOrdersEach; ++i) {
          v1::PlaceOrderRequest request;
          request.set_request_id("r-" + std::to_string(caller) + "-" + std::to_string(i));
          request.set_client_code("C-1");
          request.add_lines()->set_sku("BOLT");
          request.mutable_lines(0)->mutable_quantity()->set_units(1 + i % 3);
          const auto response = story.trade().ordering.Place(request, "api:test");
          ASSERT_TRUE(response.ok()) << response.status();
          accepted[caller] += response->answers(0).accepted().units();
        }
      });
    }
  }
  int64_t sum = 0;
  for (int64_t part : accepted) sum += part;
  EXPECT_EQ(sum, 100);  // more was asked for, so all of it is taken, and nothing twice
}

TEST(Ordering, PlacesOneOrderForOneRequestIdHoweverManyCallersRepeatIt) {
  Story story;
  story.Say("product BOLT");
  story.Say("warehouse MAIN transfer=0");
  story.Say("client C-1");
  story.Say("stock BOLT MAIN 100");
  std::vector<std::string> numbers(8);
  {
    std::vector<std::jthread> callers;
    for (std::string& number : numbers) {
      callers.emplace_back([&story, &number] {
        v1::PlaceOrderRequest request;
        request.set_request_id("the-same");
        request.set_client_code("C-1");
        request.add_lines()->set_sku("BOLT");
        request.mutable_lines(0)->mutable_quantity()->set_units(3);
        request.mutable_lines(0)->mutable_unit_price()->set_units(1);
        const auto response = story.trade().ordering.Place(request, "api:test");
        if (response.ok()) number = response->order().order().number();
      });
    }
  }
  EXPECT_EQ(numbers, std::vector<std::string>(8, "1001"));
}

}  // namespace
}  // namespace entrepot::trade
