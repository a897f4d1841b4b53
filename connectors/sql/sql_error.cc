#include "sql_error.h"

#include <entrepot/sdk/error.h>

#include <algorithm>
#include <string>

namespace entrepot::sql {
namespace {

struct Meaning {
  std::string_view prefix;
  Trouble trouble;
};

// The longest prefix that fits decides, so single states stand before their class.
constexpr Meaning kMeanings[] = {
    {"57014", Trouble::kRetry},          // a time-out, or cancelled by somebody
    {"55P03", Trouble::kRetry},          // lock not available
    {"55006", Trouble::kRetry},          // object in use
    {"40", Trouble::kRetry},             // serialization, deadlock
    {"25P03", Trouble::kUnavailable},    // idle in a transaction for too long
    {"25006", Trouble::kUnavailable},    // read-only: a standby
    {"25", Trouble::kConfiguration},     //
    {"08", Trouble::kUnavailable},       // connection
    {"53", Trouble::kUnavailable},       // out of disk, memory or connections
    {"57", Trouble::kUnavailable},       // shutting down, starting up
    {"58", Trouble::kUnavailable},       // the system below
    {"XX", Trouble::kUnavailable},       // an internal error
    {"F0", Trouble::kUnavailable},       // its configuration file
    {"28", Trouble::kDenied},            // authorization
    {"42501", Trouble::kDenied},         // no right
    {"3D000", Trouble::kConfiguration},  // no such database
    {"3F000", Trouble::kConfiguration},  // no such schema
    {"42", Trouble::kConfiguration},     // syntax, unknown names, wrong types
    {"0A", Trouble::kConfiguration},     // not supported
};

}  // namespace

Trouble TroubleOfState(std::string_view state) {
  if (state.empty()) return Trouble::kUnavailable;
  for (const Meaning& meaning : kMeanings) {
    if (state.substr(0, meaning.prefix.size()) == meaning.prefix) return meaning.trouble;
  }
  // Values that do not fit, constraints, and what triggers raise.
  return Trouble::kRow;
}

void ThrowForHub(const SqlError& error, std::string_view where) {
  std::string message(where);
  if (!message.empty()) message += ": ";
  message += error.message();
  switch (error.trouble()) {
    case Trouble::kUnavailable:
    case Trouble::kRetry:
    case Trouble::kLost: throw sdk::Unavailable(message);
    case Trouble::kDenied: throw sdk::Denied(message);
    case Trouble::kConfiguration: throw sdk::Error(sdk::Status::kBadConfiguration, message);
    case Trouble::kRow: throw sdk::BadData(message);
  }
  throw sdk::Internal(message);
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace entrepot::sql
