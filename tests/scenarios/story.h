// A small trading company for tests: a real store in a temporary folder, a clock that is set by
// hand, and all of trade. It is told in lines of text (README.md lists them), by the scenarios and
// by the unit tests of core/trade alike.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "core/trade/trade.h"

namespace entrepot::scenarios {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  void Set(absl::Time now) {
    std::lock_guard lock(mutex_);
    now_ = now;
  }

 private:
  mutable std::mutex mutex_;
  absl::Time now_;
};

// "order C-1 wanted=2026-03-05: BOLT 5; NUT 3" taken apart.
struct Command {
  std::string verb;
  std::vector<std::string> words;               // before the colon
  std::map<std::string, std::string> options;   // "wanted=…"; a word with a "+" in front is "yes"
  std::vector<std::vector<std::string>> parts;  // after the colon, between semicolons

  // The option; `otherwise` where it is not given.
  std::string Option(const std::string& name, std::string_view otherwise = "") const;
  bool Has(const std::string& name) const { return options.contains(name); }
};
absl::StatusOr<Command> ParseCommand(std::string_view line);

// Starts on Monday, 2 March 2026, at 10:00 in Moscow.
class Story {
 public:
  Story();
  ~Story();

  // Does what the line says and returns what it answers, lines of text. After it the reactions have
  // run. INVALID_ARGUMENT for a line that cannot be read; else the error of what was asked.
  absl::StatusOr<std::string> Tell(std::string_view line);
  // Tell, for lines that must succeed.
  std::string Say(std::string_view line);

  // The store and trade are made by the first line that is not `config`.
  store::Store& store();
  trade::Trade& trade();
  ManualClock& clock() { return clock_; }
  // Closes and opens the store again, as a restart of the hub does.
  void Reopen();

  // The id of a record by its key, "BOLT" or "BOLT/MAIN"; 0: none.
  uint64_t IdOf(domain::Kind kind, const std::string& key) const;

 private:
  using Answer = absl::StatusOr<std::string>;
  using Verb = Answer (Story::*)(const Command&);
  static const std::map<std::string, Verb>& Verbs();
  void Open();
  absl::Status Put(domain::Kind kind, const std::string& key, const google::protobuf::Message& body,
                   const Command& command);

  Answer Config(const Command& command);
  Answer ClockTo(const Command& command);
  Answer Product(const Command& command);
  Answer Warehouse(const Command& command);
  Answer Client(const Command& command);
  Answer Contract(const Command& command);
  Answer Payment(const Command& command);
  Answer Accounting(const Command& command);
  Answer ShowReceivables(const Command& command);
  Answer ShowDebtors(const Command& command);
  Answer Price(const Command& command);
  Answer Relation(const Command& command);
  Answer Stock(const Command& command);
  Answer Supply(const Command& command);
  Answer Delete(const Command& command);
  Answer Order(const Command& command);
  Answer Cancel(const Command& command);
  Answer Ship(const Command& command);
  Answer Accept(const Command& command);
  Answer Decline(const Command& command);
  Answer Arrive(const Command& command);
  Answer ShowOrder(const Command& command);
  Answer ShowRequests(const Command& command);
  Answer ShowInvoice(const Command& command);
  Answer ShowAvailable(const Command& command);
  Answer ShowAnalogues(const Command& command);

  std::string RequestId(const Command& command);
  std::string NameOfRecord(uint64_t id) const;

  std::filesystem::path folder_;
  ManualClock clock_;
  config::v1::Config config_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<trade::Trade> trade_;
  std::map<std::pair<int, std::string>, uint64_t> ids_;
  int requests_ = 0;
};

}  // namespace entrepot::scenarios
