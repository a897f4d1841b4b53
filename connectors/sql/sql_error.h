// What a database says when it cannot do something, sorted by what is to be done about it.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace entrepot::sql {

enum class Trouble {
  kUnavailable,    // not there, too busy, out of space: again later
  kRetry,          // in somebody's way just now (a lock, a conflict of transactions): again soon
  kDenied,         // it does not know us, or does not let us
  kConfiguration,  // the statement does not fit the database
  kRow,            // it refuses these values
  kLost,           // the connection broke in the middle
};

class SqlError : public std::exception {
 public:
  // `message` is one sentence without a secret; `state` the SQLSTATE, where there is one.
  SqlError(Trouble trouble, std::string message, std::string state = "")
      : trouble_(trouble), message_(std::move(message)), state_(std::move(state)) {}
  Trouble trouble() const { return trouble_; }
  const std::string& message() const { return message_; }
  const std::string& state() const { return state_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Trouble trouble_;
  std::string message_;
  std::string state_;
};

// What PostgreSQL's five letters mean.
Trouble TroubleOfState(std::string_view state);

// Throws the sdk::Error for a failure that concerns a whole call; `where` begins the sentence.
[[noreturn]] void ThrowForHub(const SqlError& error, std::string_view where);

// Line breaks and runs of spaces become single spaces.
std::string OneLine(std::string_view text);

}  // namespace entrepot::sql
