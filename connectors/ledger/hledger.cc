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
bool Integer(const Json& json, int64_t* number) {
  if (!json.is_number_integer() ||
      (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX)) {
    return false;
  }
  *number = json.get<int64_t>();
  return true;
}

Tags TakeTags(const Json& json) {
  Tags tags;
  for (const Json& tag : json) {
    tags.emplace_back(tag.at(0).get<std::string>(), tag.at(1).get<std::string>());
  }
  return tags;
}

TransactionPosting TakePosting(const Json& json) {
  TransactionPosting posting;
  posting.account = json.at("paccount").get<std::string>();
  if (json.at("pdate").is_string()) posting.date = json.at("pdate").get<std::string>();
  posting.tags = TakeTags(json.at("ptags"));
  for (const Json& amount : json.at("pamount")) {
    const Json& quantity = amount.at("aquantity");
    PostedAmount& taken = posting.amounts.emplace_back();
    taken.commodity = amount.at("acommodity").get<std::string>();
    if (!Integer(quantity.at("decimalMantissa"), &taken.mantissa) ||
        !Integer(quantity.at("decimalPlaces"), &taken.places)) {
      taken.places = -1;
    }
  }
  return posting;
}

Transaction TakeTransaction(const Json& json) {
  Transaction transaction;
  transaction.date = json.at("tdate").get<std::string>();
  transaction.code = json.at("tcode").get<std::string>();
  transaction.description = json.at("tdescription").get<std::string>();
  transaction.tags = TakeTags(json.at("ttags"));
  const Json& place = json.at("tsourcepos").at(0);
  transaction.file = place.at("sourceName").get<std::string>();
  transaction.line = place.at("sourceLine").get<uint64_t>();
  for (const Json& posting : json.at("tpostings")) {
    transaction.postings.push_back(TakePosting(posting));
  }
  return transaction;
}

// False: the hub has not written it.
bool TakeEntry(Transaction transaction, Entry* entry) {
  for (const auto& [name, value] : transaction.tags) TakeTag(name, value, entry);
  if (entry->key.empty() || entry->revision == 0) return false;
  entry->date = std::move(transaction.date);
  entry->code = std::move(transaction.code);
  entry->payee = std::move(transaction.description);
  for (TransactionPosting& posting : transaction.postings) {
    if (posting.amounts.size() != 1) {
      throw sdk::BadData("hledger gave a posting without a single amount");
    }
    entry->postings.push_back({std::move(posting.account), posting.amounts[0].Exact(),
                               std::move(posting.amounts[0].commodity)});
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

[[noreturn]] void FailOnJournal(const ChildProcess& hledger) {
  throw sdk::BadData("hledger cannot read the journal: " + hledger.Complaint());
}

void Run(const sdk::Call& call, const std::vector<std::string>& arguments,
         const std::function<void(Transaction)>& visit) {
  ChildProcess hledger(arguments, call);
  // Depth 1 is a transaction: taken, and not kept.
  const auto each = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth != 1 || event != Json::parse_event_t::object_end) return true;
    visit(TakeTransaction(parsed));
    return false;
  };
  std::string wrong;
  try {
    const Json rest = Json::parse(hledger.output(), each);  // nothing is left of it
  } catch (const Json::exception& error) {
    wrong = error.what();
  }
  if (hledger.Wait() != 0) FailOnJournal(hledger);
  if (!wrong.empty()) throw sdk::BadData("hledger's answer cannot be understood: " + wrong);
}

// The prefix makes hledger read a journal whatever the file's name ends with.
std::string FileArgument(const std::filesystem::path& journal) {
  return "journal:" + journal.string();
}

}  // namespace

std::string_view TagOf(const Tags& tags, std::string_view name) {
  for (const auto& [known, value] : tags) {
    if (known == name) return value;
  }
  return {};
}

std::string Hledger::Version(const sdk::Call& call) const {
  ChildProcess hledger({program_, "--version"}, call);
  std::string line;
  std::getline(hledger.output(), line);
  if (hledger.Wait() != 0) {
    throw sdk::Unavailable("'" + program_ + " --version' failed: " + hledger.Complaint());
  }
  return line;
}

std::vector<std::filesystem::path> Hledger::Files(const sdk::Call& call,
                                                  const std::filesystem::path& journal) const {
  ChildProcess hledger({program_, "-f", FileArgument(journal), "-I", "files"}, call);
  std::vector<std::filesystem::path> files;
  for (std::string line; std::getline(hledger.output(), line);) files.emplace_back(line);
  if (hledger.Wait() != 0) FailOnJournal(hledger);
  return files;
}

void Hledger::ReadTransactions(const sdk::Call& call, const std::filesystem::path& journal,
                               const std::string& query,
                               const std::function<void(Transaction)>& visit) const {
  Run(call, {program_, "-f", FileArgument(journal), "-I", "print", "-O", "json", query}, visit);
}

void Hledger::ReadEntries(const sdk::Call& call, const std::filesystem::path& journal,
                          const std::vector<std::string>& keys,
                          const std::function<void(Entry)>& visit) const {
  const std::vector<std::string> print = {program_, "-f",     FileArgument(journal), "print", "-O",
                                          "json",   "tag:hub"};
  const auto take = [&](Transaction transaction) {
    Entry entry;
    if (TakeEntry(std::move(transaction), &entry)) visit(std::move(entry));
  };
  if (keys.empty()) {
    Run(call, print, take);
    return;
  }
  for (size_t next = 0; next < keys.size();) {
    std::vector<std::string> arguments = print;
    arguments.back() += "=" + Pattern(keys, &next);
    Run(call, arguments, take);
  }
}

}  // namespace entrepot::ledger
