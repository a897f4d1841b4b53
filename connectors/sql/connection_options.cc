#include "connection_options.h"

#include <entrepot/sdk/connector.h>
#include <unistd.h>

#include <chrono>
#include <map>

#include "postgres.h"
#include "sqlite.h"

namespace entrepot::sql {
namespace {

using sdk::BadConfiguration;
using sdk::OptionType;

// So that a write whose answer was lost has taken effect, or never will, within `settle` of the
// manifest.
constexpr std::chrono::milliseconds kStatementMax(60'000);

std::chrono::milliseconds TimeOption(const sdk::Options& options, const std::string& name) {
  const std::chrono::milliseconds time = options.Duration(name);
  if (time.count() < 1 || time > kStatementMax) {
    throw BadConfiguration(name, "must be between 1ms and 60s");
  }
  return time;
}

struct FreeParameters {
  void operator()(PQconninfoOption* parameters) const { PQconninfoFree(parameters); }
};

// What `url` says, as libpq's parameters.
std::map<std::string, std::string> ParseUrl(const std::string& url) {
  std::map<std::string, std::string> parsed;
  if (url.empty()) return parsed;
  char* said = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeParameters> parameters(
      PQconninfoParse(url.c_str(), &said));
  if (parameters == nullptr) {
    PQfreemem(said);
    // libpq repeats the text, which may hold a password.
    throw BadConfiguration("url",
                           "cannot be understood; write it like "
                           "postgresql://user@host:5432/database");
  }
  for (const PQconninfoOption* at = parameters.get(); at->keyword != nullptr; ++at) {
    if (at->val == nullptr) continue;
    if (std::string_view(at->keyword) == "password") {
      throw BadConfiguration("url",
                             "holds a password, where anybody can read it; give it as the "
                             "option `password`, by reference: {env: NAME} or {file: PATH}");
    }
    parsed[at->keyword] = at->val;
  }
  return parsed;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "unknown";
}

std::unique_ptr<Database> MakePostgresOf(const sdk::Settings& settings) {
  const sdk::Options& given = settings.options;
  if (given.Has("file")) throw BadConfiguration("file", "is for `driver: sqlite`");
  std::map<std::string, std::string> parameters = ParseUrl(given.Text("url"));
  const std::pair<const char*, const char*> names[] = {
      {"host", "host"},       {"port", "port"},       {"database", "dbname"},
      {"user", "user"},       {"sslmode", "sslmode"}, {"sslrootcert", "sslrootcert"},
      {"sslcert", "sslcert"}, {"sslkey", "sslkey"}};
  for (const auto& [option, parameter] : names) {
    if (given.Has(option)) parameters[parameter] = given.Text(option);
  }
  PostgresOptions options;
  const auto shown = [&](const char* name, const char* usual) {
    return parameters.count(name) > 0 ? parameters[name] : usual;
  };
  options.name = "PostgreSQL at " + shown("host", "localhost") + ":" + shown("port", "5432") + "/" +
                 shown("dbname", "");
  options.parameters.assign(parameters.begin(), parameters.end());
  options.password = given.Text("password");
  options.owner = settings.connection + "@" + HostName();
  options.connect_max = TimeOption(given, "connect_time_max");
  options.statement_max = TimeOption(given, "statement_time_max");
  options.lock_max = TimeOption(given, "lock_time_max");
  options.time_zone = settings.time_zone.empty() ? "UTC" : settings.time_zone;
  return MakePostgres(std::move(options));
}

std::unique_ptr<Database> MakeSqliteOf(const sdk::Settings& settings) {
  const sdk::Options& given = settings.options;
  for (const char* name : {"url", "host", "port", "database", "user", "password", "sslmode",
                           "sslrootcert", "sslcert", "sslkey", "listen"}) {
    if (given.Has(name)) throw BadConfiguration(name, "is for `driver: postgresql`");
  }
  if (given.Text("file").empty()) throw BadConfiguration("file", "is missing");
  SqliteOptions options;
  options.file = given.Text("file");
  options.lock_max_ms = TimeOption(given, "lock_time_max").count();
  options.statement_max_ms = TimeOption(given, "statement_time_max").count();
  return MakeSqlite(std::move(options));
}

}  // namespace

void DescribeConnection(sdk::ManifestBuilder& about) {
  about.Option("driver", OptionType::kChoice, "The kind of database.")
      .Required()
      .Choices({"postgresql", "sqlite"});
  about.Option("url", OptionType::kText,
               "postgresql://user@host:5432/database, with any of libpq's parameters but the "
               "password.");
  about.Option("host", OptionType::kText, "Host name, or folder of the server's socket.");
  about.Option("port", OptionType::kInteger, "Port; 5432 when not given.");
  about.Option("database", OptionType::kText, "Name of the database.");
  about.Option("user", OptionType::kText, "Who the hub is to the database.");
  about.Option("password", OptionType::kText, "By reference: {env: NAME} or {file: PATH}.")
      .Secret();
  about
      .Option("sslmode", OptionType::kChoice,
              "TLS, as libpq understands it: verify-full for a server in another network.")
      .Choices({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"});
  about.Option("sslrootcert", OptionType::kPath, "Certificates that the server's is checked with.");
  about.Option("sslcert", OptionType::kPath, "The hub's own certificate.");
  about.Option("sslkey", OptionType::kPath, "Its key.");
  about.Option("file", OptionType::kPath, "SQLite's file, which must exist.");
  about.Option("connect_time_max", OptionType::kDuration, "How long connecting may take.")
      .Default("10000");
  about.Option("statement_time_max", OptionType::kDuration, "How long one statement may take.")
      .Default("20000");
  about
      .Option("lock_time_max", OptionType::kDuration,
              "How long a statement waits for somebody else's lock.")
      .Default("10000");
  about.Option("listen", OptionType::kText,
               "Channels of NOTIFY, separated by commas: a notification is read at once.");
}

std::unique_ptr<Database> MakeDatabase(const sdk::Settings& settings) {
  return settings.options.Text("driver") == "sqlite" ? MakeSqliteOf(settings)
                                                     : MakePostgresOf(settings);
}

std::vector<std::string> SplitNames(const std::string& text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string name = OneLine(text.substr(begin, end - begin));
    if (!name.empty() && name.front() == ' ') name.erase(0, 1);
    if (!name.empty()) names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

}  // namespace entrepot::sql
