#include "postgres_connection.h"

#include <entrepot/sdk/connector.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

namespace entrepot::sql {
namespace {

using Clock = std::chrono::steady_clock;

// How often a wait looks whether its call was cancelled.
constexpr std::chrono::milliseconds kTick(20);
// A server that has said nothing for this long after the statement's own limit is gone.
constexpr std::chrono::milliseconds kSilenceMax(5000);
// For asking the server to cancel what runs; the connection is given up anyway.
constexpr std::chrono::milliseconds kCancelMax(400);

void Ignore(void*, const PGresult*) {}

// Of the message alone: the text of the statement and its values do not belong in a log.
std::string Sentence(const PGresult* result) {
  const auto field = [&](int code) {
    const char* const text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  std::string sentence = field(PG_DIAG_MESSAGE_PRIMARY);
  if (sentence.empty()) sentence = PQresultErrorMessage(result);
  const std::string detail = field(PG_DIAG_MESSAGE_DETAIL);
  const std::string hint = field(PG_DIAG_MESSAGE_HINT);
  if (!detail.empty()) sentence += ": " + detail;
  if (!hint.empty()) sentence += " (" + hint + ")";
  return OneLine(sentence);
}

// libpq's parameters as it wants them.
class Parameters {
 public:
  Parameters(const PostgresOptions& options, const std::string& application) {
    for (const auto& [name, value] : options.parameters) Add(name.c_str(), value.c_str());
    if (!options.password.empty()) Add("password", options.password.c_str());
    Add("application_name", application.c_str());
    Add("client_encoding", "UTF8");
    // A network that is cut is noticed within half a minute.
    Add("keepalives_idle", "10");
    Add("keepalives_interval", "5");
    Add("keepalives_count", "3");
    Add("tcp_user_timeout", "20000");
    Add(nullptr, nullptr);
  }
  const char* const* names() const { return names_.data(); }
  const char* const* values() const { return values_.data(); }

 private:
  void Add(const char* name, const char* value) {
    names_.push_back(name);
    values_.push_back(value);
  }
  std::vector<const char*> names_, values_;
};

std::string ComplaintOf(PGconn* connection) { return OneLine(PQerrorMessage(connection)); }

// libpq gives no code for what happens before there is a session; the server's words are known.
Trouble TroubleOfDialling(const std::string& said) {
  const auto says = [&](const char* words) { return said.find(words) != std::string::npos; };
  const bool missing = says("does not exist");
  if (missing && says("database \"")) return Trouble::kConfiguration;
  if (missing && says("role \"")) return Trouble::kDenied;
  const bool denied = says("authentication") || says("no pg_hba.conf entry") || says("password") ||
                      says("permission denied for database") || says("certificate verify failed");
  return denied ? Trouble::kDenied : Trouble::kUnavailable;
}

struct Hangup {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Line = std::unique_ptr<PGconn, Hangup>;

// Waits for the socket; false: the time of one tick passed.
bool Ready(PGconn* connection, short events) {
  pollfd ready = {PQsocket(connection), events, 0};
  return poll(&ready, 1, static_cast<int>(kTick.count())) > 0;
}

// A connection, made without blocking. `call` may be null: then only the deadline ends it.
Line Dial(const PostgresOptions& options, const std::string& application,
          Clock::time_point deadline, const sdk::Call* call) {
  const Parameters parameters(options, application);
  Line line(PQconnectStartParams(parameters.names(), parameters.values(), 0));
  if (line == nullptr) throw SqlError(Trouble::kUnavailable, "out of memory");
  PQsetNoticeReceiver(line.get(), Ignore, nullptr);
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(line.get()) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
         next != PGRES_POLLING_FAILED) {
    if (call != nullptr && call->cancelled()) throw sdk::Interrupted();
    if (Clock::now() > deadline) {
      throw SqlError(Trouble::kUnavailable, options.name + " did not answer within " +
                                                std::to_string(options.connect_max.count()) +
                                                " ms (connect_time_max)");
    }
    if (Ready(line.get(), next == PGRES_POLLING_READING ? POLLIN : POLLOUT)) {
      next = PQconnectPoll(line.get());
    }
  }
  if (PQstatus(line.get()) == CONNECTION_OK) return line;
  const std::string said = ComplaintOf(line.get());
  throw SqlError(TroubleOfDialling(said), said);
}

}  // namespace

std::string ApplicationName(const PostgresOptions& options, std::string_view purpose) {
  // The server cuts longer names off.
  constexpr size_t kNameMax = 63;
  std::string name = "entrepot ";
  name.append(purpose).append(" ").append(options.owner);
  return name.substr(0, kNameMax);
}

PostgresConnection::PostgresConnection(const PostgresOptions& options, std::string_view purpose,
                                       const sdk::Call& call)
    : options_(options), call_(&call) {
  try {
    Connect(ApplicationName(options, purpose));
    SetUp();
  } catch (...) {
    if (connection_ != nullptr) PQfinish(connection_);
    throw;
  }
}

PostgresConnection::~PostgresConnection() {
  if (connection_ != nullptr) PQfinish(connection_);
}

bool PostgresConnection::usable() {
  if (connection_ == nullptr || broken_) return false;
  pollfd ready = {PQsocket(connection_), POLLIN, 0};
  // The server's last words come before its end of the line.
  while (!broken_ && poll(&ready, 1, 0) > 0) broken_ = PQconsumeInput(connection_) == 0;
  if (PQstatus(connection_) != CONNECTION_OK) broken_ = true;
  return !broken_;
}

void PostgresConnection::Connect(const std::string& application) {
  connection_ = Dial(options_, application, Clock::now() + options_.connect_max, call_).release();
}

void PostgresConnection::SetUp() {
  PQsetnonblocking(connection_, 1);
  const std::string statement_ms = std::to_string(options_.statement_max.count());
  const std::string lock_ms = std::to_string(options_.lock_max.count());
  // Only settings that this server knows. The last one makes it notice a client that is gone while
  // a statement runs.
  Run("SELECT set_config(s.name, s.value, false) FROM (VALUES ('TimeZone', 'UTC'), "
      "('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'iso_8601'), ('extra_float_digits', '1'), "
      "('bytea_output', 'hex'), ('standard_conforming_strings', 'on'), ('cursor_tuple_fraction', "
      "'1.0'), ('statement_timeout', $1), ('lock_timeout', $2), "
      "('client_connection_check_interval', '1000')) AS s (name, value) "
      "WHERE s.name IN (SELECT name FROM pg_settings)",
      {statement_ms, lock_ms});
  const Result process = Run("SELECT pg_backend_pid()");
  server_process_ = std::atoi(PQgetvalue(process.get(), 0, 0));
}

Result PostgresConnection::Run(const std::string& sql, const std::vector<Text>& parameters) {
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  std::vector<const char*> values;
  for (const Text& parameter : parameters) {
    values.push_back(parameter ? texts.emplace_back(*parameter).c_str() : nullptr);
  }
  if (broken_) Lose("the connection to " + options_.name + " is broken");
  if (PQsendQueryParams(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr,
                        values.data(), nullptr, nullptr, 0) == 0) {
    Lose(Complaint());
  }
  return Finish();
}

Result PostgresConnection::RunPrepared(const std::string& name,
                                       const std::vector<const char*>& parameters) {
  if (broken_) Lose("the connection to " + options_.name + " is broken");
  if (PQsendQueryPrepared(connection_, name.c_str(), static_cast<int>(parameters.size()),
                          parameters.data(), nullptr, nullptr, 0) == 0) {
    Lose(Complaint());
  }
  return Finish();
}

Result PostgresConnection::Prepare(const std::string& name, const std::string& sql) {
  if (broken_) Lose("the connection to " + options_.name + " is broken");
  if (PQsendPrepare(connection_, name.c_str(), sql.c_str(), 0, nullptr) == 0) Lose(Complaint());
  return Finish();
}

Result PostgresConnection::DescribePrepared(const std::string& name) {
  if (broken_) Lose("the connection to " + options_.name + " is broken");
  if (PQsendDescribePrepared(connection_, name.c_str()) == 0) Lose(Complaint());
  return Finish();
}

// Waits for the last result of what was sent.
Result PostgresConnection::Finish() {
  deadline_ = Clock::now() + options_.statement_max + kSilenceMax;
  Flush();
  Result last;
  while (true) {
    while (PQisBusy(connection_) != 0) {
      WaitReadable(false);
      if (PQconsumeInput(connection_) == 0) Lose(Complaint());
    }
    Result next(PQgetResult(connection_));
    if (next == nullptr) break;
    if (last == nullptr || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(next);
  }
  if (PQstatus(connection_) != CONNECTION_OK) {
    Lose(last != nullptr ? Sentence(last.get()) : Complaint());
  }
  if (last == nullptr) Lose(Complaint());
  switch (PQresultStatus(last.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: return last;
    default: ThrowFailed(last.get());
  }
}

void PostgresConnection::Flush() {
  while (true) {
    const int left = PQflush(connection_);
    if (left == 0) return;
    if (left < 0) Lose(Complaint());
    WaitReadable(true);
    if (PQconsumeInput(connection_) == 0) Lose(Complaint());
  }
}

void PostgresConnection::WaitReadable(bool also_writable) {
  while (true) {
    if (call_->cancelled()) GiveUp();
    if (Clock::now() > deadline_) {
      Lose(options_.name +
           " has been silent for longer than a statement may take "
           "(statement_time_max)");
    }
    pollfd ready = {PQsocket(connection_),
                    static_cast<short>(POLLIN | (also_writable ? POLLOUT : 0)), 0};
    const int count = poll(&ready, 1, static_cast<int>(kTick.count()));
    if (count > 0) return;
    if (count < 0 && errno != EINTR) Lose(std::string("poll: ") + strerror(errno));
  }
}

// The call was cancelled: what runs at the server is of no use any more.
void PostgresConnection::GiveUp() {
  CancelAtServer();
  broken_ = true;
  throw sdk::Interrupted();
}

// Over a second connection of the ordinary kind, because libpq's own PQcancel blocks for as long as
// the network likes.
void PostgresConnection::CancelAtServer() noexcept {
  try {
    const auto deadline = Clock::now() + kCancelMax;
    const Line line = Dial(options_, ApplicationName(options_, "cancel"), deadline, nullptr);
    const std::string sql = "SELECT pg_cancel_backend(" + std::to_string(server_process_) + ")";
    if (PQsendQuery(line.get(), sql.c_str()) == 0) return;
    while (PQisBusy(line.get()) != 0 && Clock::now() < deadline) {
      if (Ready(line.get(), POLLIN) && PQconsumeInput(line.get()) == 0) return;
    }
  } catch (...) {
    // The server ends the statement at its own limit.
  }
}

void PostgresConnection::Lose(const std::string& what) {
  broken_ = true;
  throw SqlError(Trouble::kLost,
                 what.empty() ? "the connection to " + options_.name + " broke" : what);
}

void PostgresConnection::ThrowFailed(const PGresult* result) const {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = state == nullptr ? "" : state;
  throw SqlError(TroubleOfState(code), Sentence(result), std::string(code));
}

std::string PostgresConnection::Complaint() const { return ComplaintOf(connection_); }

}  // namespace entrepot::sql
