#include "hledger.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "child_process.h"
#include "journal_text.h"

namespace entrepot::ledger {
namespace {

using Json = nlohmann::json;

// A query's argument must stay well below the system's 128 KiB.
constexpr size_t kQueryBytesMax = 60'000;

uint64_t Number(const std::string& text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void TakeTag(const std::string& name, const std::string& value, Entry* entry) {
  if (name == "hub") entry->key = FromTagValue(value);
  if (name == "record") entry->record = Number(value);
  if (name == "revision") entry->revision = Number(value);
  if (name == "reversal") entry->reversed_by = Number(value);
  if (name == "due") entry->due = value;
}

// hledger's integers have no bound; ours do.
int64_t Integer(const Json& json) {
  if (!json.is_number_integer() ||
      (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX)) {
    throw sdk::BadData("hledger gave a number that is out of range: " + json.dump());
  }
  return json.get<int64_t>();
}

Posting TakePosting(const Json& json) {
  const Json& amounts = json.at("pamount");
  if (amounts.size() != 1) throw sdk::BadData("hledger gave a posting without a single amount");
  const Json& quantity = amounts.at(0).at("aquantity");
  Posting posting;
  posting.account = json.at("paccount").get<std::string>();
  posting.currency = amounts.at(0).at("acommodity").get<std::string>();
  posting.amount =
      NanosOf(Integer(quantity.at("decimalMantissa")), Integer(quantity.at("decimalPlaces")));
  return posting;
}

// False: the hub has not written it.
bool TakeEntry(const Json& json, Entry* entry) {
  for (const Json& tag : json.at("ttags")) {
    TakeTag(tag.at(0).get<std::string>(), tag.at(1).get<std::string>(), entry);
  }
  if (entry->key.empty() || entry->revision == 0) return false;
  entry->date = json.at("tdate").get<std::string>();
  entry->code = json.at("tcode").get<std::string>();
  entry->payee = json.at("tdescription").get<std::string>();
  for (const Json& posting : json.at("tpostings")) {
    entry->postings.push_back(TakePosting(posting));
  }
  return true;
}

// "^(1042-1|1043-1)$", for as many keys as fit; moves `next` behind them.
std::string Pattern(const std::vector<std::string>& keys, size_t* next) {
  std::string pattern;
  for (; *next < keys.size() && pattern.size() < kQueryBytesMax; ++*next) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : TagValue(keys[*next])) {
      if (c == '.') pattern += '\\';
      pattern += c;
    }
  }
  return "^(" + pattern + ")$";
}

void Run(const sdk::Call& call, const std::vector<std::string>& arguments,
         const std::function<void(Entry)>& visit) {
  ChildProcess hledger(arguments, call);
  // Depth 1 is a transaction: taken, and not kept.
  const auto each = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth != 1 || event != Json::parse_event_t::object_end) return true;
    Entry entry;
    if (TakeEntry(parsed, &entry)) visit(std::move(entry));
    return false;
  };
  std::string wrong;
  try {
    const Json rest = Json::parse(hledger.output(), each);  // nothing is left of it
  } catch (const Json::exception& error) {
    wrong = error.what();
  }
  const int status = hledger.Wait();
  if (status != 0) throw sdk::BadData("hledger cannot read the journal: " + hledger.Complaint());
  if (!wrong.empty()) throw sdk::BadData("hledger's answer cannot be understood: " + wrong);
}

}  // namespace

std::string Hledger::Version(const sdk::Call& call) const {
  ChildProcess hledger({program_, "--version"}, call);
  std::string line;
  std::getline(hledger.output(), line);
  if (hledger.Wait() != 0) {
    throw sdk::Unavailable("'" + program_ + " --version' failed: " + hledger.Complaint());
  }
  return line;
}

void Hledger::ReadEntries(const sdk::Call& call, const std::filesystem::path& journal,
                          const std::vector<std::string>& keys,
                          const std::function<void(Entry)>& visit) const {
  // The prefix makes hledger read a journal whatever the file's name ends with.
  const std::vector<std::string> print = {
      program_, "-f", "journal:" + journal.string(), "print", "-O", "json", "tag:hub"};
  if (keys.empty()) {
    Run(call, print, visit);
    return;
  }
  for (size_t next = 0; next < keys.size();) {
    std::vector<std::string> arguments = print;
    arguments.back() += "=" + Pattern(keys, &next);
    Run(call, arguments, visit);
  }
}

}  // namespace entrepot::ledger
