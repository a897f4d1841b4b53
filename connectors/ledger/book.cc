#include "book.h"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

namespace entrepot::ledger {
namespace {

sdk::ApplyResult Result(sdk::ApplyOutcome outcome, std::string message = "") {
  sdk::ApplyResult result;
  result.outcome = outcome;
  result.message = std::move(message);
  return result;
}

}  // namespace

std::vector<uint64_t> Document::Live() const {
  std::vector<uint64_t> live;
  for (const auto& [revision, count] : revisions) {
    if (count > 0) live.push_back(revision);
  }
  return live;
}

// What a batch is going to write.
struct Book::Plan {
  struct Reversal {
    std::string key;
    uint64_t revision;
    uint64_t reversed_by;
  };
  std::vector<Entry> entries;
  std::vector<Reversal> reversals;  // their amounts are still to be looked up
  std::vector<size_t> results;      // that hold if the writing succeeds
};

void Book::Refresh(const sdk::Call& call) {
  if (journal_.Refresh()) loaded_ = false;
  if (loaded_) return;
  documents_.clear();
  if (!journal_.empty()) {
    hledger_.ReadEntries(call, journal_.file(), {}, [this](const Entry& entry) { Note(entry); });
  }
  loaded_ = true;
}

void Book::Note(const Entry& entry) {
  Document& document = documents_[entry.key];
  document.newest = std::max({document.newest, entry.revision, entry.reversed_by});
  auto revision = std::find_if(document.revisions.begin(), document.revisions.end(),
                               [&](const auto& pair) { return pair.first == entry.revision; });
  if (revision == document.revisions.end()) {
    revision = document.revisions.insert(document.revisions.end(), {entry.revision, 0});
  }
  revision->second += entry.reversed_by == 0 ? 1 : -1;
  // A reversal takes its revision's digest out again, so that what counts is left.
  document.digest ^= DigestOf(entry.reversed_by == 0 ? entry : ReversalOf(entry, 0));
}

const Document* Book::Find(const std::string& key) const {
  const auto found = documents_.find(key);
  return found == documents_.end() ? nullptr : &found->second;
}

sdk::Content Book::Compare(const Document& document, const sdk::FindItem& item) const {
  if (!item.record.has_value()) return sdk::Content::kUnspecified;
  if (item.record->deleted) return sdk::Content::kDifferent;
  try {
    const Entry entry = EntryOf(*item.record, item.correlation_key, accounts_);
    return DigestOf(entry) == document.digest ? sdk::Content::kSame : sdk::Content::kDifferent;
  } catch (const std::invalid_argument&) {
    return sdk::Content::kUnspecified;
  }
}

// Adds to the plan what the item needs; an outcome other than APPLIED needs nothing.
sdk::ApplyResult Book::Decide(const sdk::ApplyItem& item, Plan* plan) const {
  const sdk::Record& record = item.record.value();
  const Document* const document = Find(item.correlation_key);
  if (document == nullptr) {
    if (!item.outside_id.empty()) {
      return Result(sdk::ApplyOutcome::kNotFound, "'" + journal_.file().string() +
                                                      "' holds no transaction of " +
                                                      item.correlation_key + " any more");
    }
    if (!record.deleted) plan->entries.push_back(EntryOf(record, item.correlation_key, accounts_));
    return Result(sdk::ApplyOutcome::kApplied);
  }
  const std::vector<uint64_t> live = document->Live();
  const bool is_there = live.size() == 1 && live[0] == record.revision;
  if (document->newest > record.revision) {
    return Result(sdk::ApplyOutcome::kRefused,
                  "the journal holds revision " + std::to_string(document->newest) + " of " +
                      item.correlation_key + ", newer than " + std::to_string(record.revision) +
                      ": was the hub restored from an older backup?");
  }
  if (record.deleted ? live.empty() : is_there) return Result(sdk::ApplyOutcome::kApplied);
  std::optional<Entry> entry;
  if (!record.deleted) entry = EntryOf(record, item.correlation_key, accounts_);
  for (const uint64_t revision : live) {
    plan->reversals.push_back({item.correlation_key, revision, record.revision});
  }
  if (entry) plan->entries.push_back(*std::move(entry));
  return Result(sdk::ApplyOutcome::kApplied);
}

// A reversal takes back what was written, whatever the accounts are called now.
void Book::Reverse(const sdk::Call& call, Plan* plan) const {
  if (plan->reversals.empty()) return;
  std::vector<std::string> keys;
  for (const Plan::Reversal& reversal : plan->reversals) keys.push_back(reversal.key);
  std::vector<Entry> reversals;
  hledger_.ReadEntries(call, journal_.file(), keys, [&](const Entry& posted) {
    if (posted.reversed_by != 0) return;
    for (const Plan::Reversal& reversal : plan->reversals) {
      if (reversal.key != posted.key || reversal.revision != posted.revision) continue;
      reversals.push_back(ReversalOf(posted, reversal.reversed_by));
    }
  });
  if (reversals.size() != plan->reversals.size()) {
    throw sdk::BadData("hledger does not show every transaction that is to be reversed in '" +
                       journal_.file().string() + "'");
  }
  // Before the new ones, so that both stand together where their days are the same.
  plan->entries.insert(plan->entries.begin(), reversals.begin(), reversals.end());
}

std::vector<sdk::ApplyResult> Book::Apply(const sdk::Call& call,
                                          const std::vector<sdk::ApplyItem>& items) {
  Plan plan;
  std::vector<sdk::ApplyResult> results;
  std::set<std::string_view> keys;
  for (size_t i = 0; i < items.size(); ++i) {
    // A second revision of one record waits for the next call, in which the first stands.
    if (!keys.insert(items[i].correlation_key).second) break;
    const size_t planned = plan.entries.size() + plan.reversals.size();
    try {
      results.push_back(Decide(items[i], &plan));
    } catch (const std::invalid_argument& refused) {
      results.push_back(Result(sdk::ApplyOutcome::kRefused, refused.what()));
    }
    if (plan.entries.size() + plan.reversals.size() > planned) plan.results.push_back(i);
    if (results.back().outcome == sdk::ApplyOutcome::kApplied) {
      results.back().outside_id = items[i].correlation_key;
    }
  }
  if (plan.results.empty()) return results;
  Reverse(call, &plan);
  const auto settle = [&](sdk::ApplyOutcome outcome, const std::string& message) {
    for (const size_t i : plan.results) results[i] = Result(outcome, message);
  };
  try {
    journal_.Append(plan.entries);
    for (const Entry& entry : plan.entries) Note(entry);
  } catch (const UncertainAppend& uncertain) {
    settle(sdk::ApplyOutcome::kUnknown, uncertain.what());
  } catch (const sdk::Error& error) {
    settle(sdk::ApplyOutcome::kNotSent, error.message());
  }
  return results;
}

}  // namespace entrepot::ledger
