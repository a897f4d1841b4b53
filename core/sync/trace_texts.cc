#include "core/sync/trace_texts.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "core/base/status_macros.h"
#include "core/store/revisions.h"
#include "core/sync/history.h"
#include "core/sync/key_text.h"

namespace entrepot::sync {
namespace {

constexpr size_t kChangesMax = 12;
constexpr size_t kValueBytesMax = 80;
constexpr std::string_view kApi = "api:";
constexpr std::string_view kReaction = "reaction:";

std::string Spaced(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string Singular(std::string_view words) {
  if (words.ends_with("ies")) return std::string(words.substr(0, words.size() - 3)) + "y";
  if (words.ends_with("s") && !words.ends_with("ss")) words.remove_suffix(1);
  return std::string(words);
}

// A value of JSON without its quotes, not longer than people read.
std::string Plain(const std::string& json) {
  if (json.empty()) return "nothing";
  std::string text;
  const bool quoted = json.size() >= 2 && json.front() == '"';
  for (size_t i = quoted ? 1 : 0; i < json.size() - (quoted ? 1 : 0); ++i) {
    if (quoted && json[i] == '\\' && i + 2 < json.size()) ++i;
    text += json[i];
  }
  if (text.empty()) return "\"\"";
  if (text.size() <= kValueBytesMax) return text;
  size_t cut = kValueBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

// What a reference shows: the key of the record instead of its number here.
absl::StatusOr<std::string> Shown(const store::Reader& reader, std::string_view path,
                                  const std::string& json) {
  if (!path.ends_with("_id")) return Plain(json);
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), id);
  if (error != std::errc() || end != json.data() + json.size()) return Plain(json);
  ASSIGN_OR_RETURN(const auto record, reader.Get(id));
  if (!record) return fmt::format("#{}", id);
  return KeyTextOf(reader, domain::InfoOf(record->body_case()), domain::BodyOf(*record));
}

// An amount's currency is said once, with the amount.
std::vector<domain::FieldDifference> WithoutCurrencies(
    std::vector<domain::FieldDifference> differences) {
  constexpr std::string_view kAmount = ".amount";
  constexpr std::string_view kCurrency = ".currency";
  std::set<std::string, std::less<>> amounts;
  for (domain::FieldDifference& difference : differences) {
    if (!difference.path.ends_with(kAmount)) continue;
    difference.path.resize(difference.path.size() - kAmount.size());
    amounts.insert(difference.path);
  }
  std::erase_if(differences, [&](const domain::FieldDifference& difference) {
    const std::string_view path = difference.path;
    return path.ends_with(kCurrency) &&
           amounts.contains(path.substr(0, path.size() - kCurrency.size()));
  });
  return differences;
}

absl::StatusOr<std::string> ChangesText(const store::Reader& reader, const store::LogEntry& entry,
                                        const store::LogEntry* before) {
  const auto old_body = before == nullptr ? nullptr : BodyIn(*before);
  const auto new_body = BodyIn(entry);
  const auto differences = WithoutCurrencies(domain::Diff(old_body.get(), new_body.get()));
  std::string text;
  for (size_t i = 0; i < differences.size() && i < kChangesMax; ++i) {
    const domain::FieldDifference& difference = differences[i];
    ASSIGN_OR_RETURN(const std::string was, Shown(reader, difference.path, difference.before));
    ASSIGN_OR_RETURN(const std::string is, Shown(reader, difference.path, difference.after));
    text += fmt::format("{}{}: ", i == 0 ? "" : "; ", FieldWords(difference.path));
    text += before == nullptr ? is : fmt::format("{} → {}", was, is);
  }
  if (differences.size() > kChangesMax) {
    text += fmt::format("; and {} more fields", differences.size() - kChangesMax);
  }
  return text;
}

// Who made a revision, and from what.
std::string By(std::string_view origin, const std::optional<store::RowPlace>& place) {
  if (origin.starts_with(kApi)) return fmt::format("by {}", origin.substr(kApi.size()));
  if (origin.starts_with(kReaction)) {
    return fmt::format("by the hub itself ({})", Spaced(origin.substr(kReaction.size())));
  }
  if (origin.find('/') == std::string_view::npos) return fmt::format("by {}", origin);
  std::string from = fmt::format("from {}", origin);
  if (!place || place->location.empty()) return from;
  from += fmt::format(" ({}", place->location);
  return from + (place->line == 0 ? ")" : fmt::format(", line {})", place->line));
}

std::string Verb(std::string_view origin, bool first) {
  if (origin.find('/') != std::string_view::npos && !origin.starts_with(kApi)) {
    return first ? "read" : "a new reading";
  }
  if (origin.starts_with(kReaction)) return first ? "made" : "changed";
  return first ? "entered" : "changed";
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::string> TitleOf(const store::Reader& reader, const v1::Record& record) {
  const domain::KindInfo& info = domain::InfoOf(record.body_case());
  ASSIGN_OR_RETURN(const std::string key, KeyTextOf(reader, info, domain::BodyOf(record)));
  return fmt::format("{} {}", Spaced(info.name), key);
}

std::string FieldWords(std::string_view path) {
  std::string words;
  while (!path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    std::string_view part = path.substr(0, dot);
    path.remove_prefix(std::min(path.size(), dot + 1));
    if (!words.empty()) words += ' ';
    const size_t bracket = part.find('[');
    if (bracket == std::string_view::npos) {
      if (part.ends_with("_id")) part.remove_suffix(3);
      words += Spaced(part);
      continue;
    }
    int index = 0;
    std::from_chars(part.data() + bracket + 1, part.data() + part.size(), index);
    words += fmt::format("{} {}", Singular(Spaced(part.substr(0, bracket))), index + 1);
  }
  return words;
}

absl::StatusOr<std::string> RevisionText(const store::Reader& reader, const store::LogEntry& entry,
                                         const store::LogEntry* before) {
  ASSIGN_OR_RETURN(const auto place, reader.PlaceOf(entry.seq));
  const std::string by = By(entry.origin, place);
  const bool was_deleted = before != nullptr && before->deleted;
  if (entry.deleted && !was_deleted) {
    const bool unseen = entry.origin.find('/') != std::string::npos && !place;
    return unseen ? fmt::format("deleted, because {} no longer shows it", entry.origin)
                  : fmt::format("deleted {}", by);
  }
  const bool first = store::IsFirst(entry);
  std::string text = fmt::format("{} {}", Verb(entry.origin, first), by);
  if (was_deleted) text += ", no longer deleted";
  if (before == nullptr && !first) return text + " (what it was before is no longer kept)";
  ASSIGN_OR_RETURN(const std::string changes, ChangesText(reader, entry, before));
  return changes.empty() ? text : fmt::format("{}: {}", text, changes);
}

bool IsOpen(const store::Delivery& delivery) {
  return delivery.state != store::DeliveryState::kDelivered;
}

std::string DeliveryText(const store::Delivery& delivery) {
  const std::string& to = delivery.connection;
  const std::string& error = delivery.error;
  const bool with_person = delivery.due == absl::InfiniteFuture();
  switch (delivery.state) {
    case store::DeliveryState::kPending:
      if (error.empty()) return fmt::format("is to be sent to {}", to);
      return fmt::format("is to be sent to {} again at {}; the last try failed: {}", to,
                         TimeText(delivery.due), error);
    case store::DeliveryState::kInFlight: return fmt::format("is on its way to {}", to);
    case store::DeliveryState::kUnknown:
      return fmt::format("it is not known whether {} has it: {}; {}", to, error,
                         with_person ? "a person must look (see the dead letters)"
                                     : "the hub looks there before it sends anything again");
    case store::DeliveryState::kDelivered:
      return delivery.outside_id.empty()
                 ? fmt::format("is at {}", to)
                 : fmt::format("is at {}, which calls it \"{}\"", to, delivery.outside_id);
    case store::DeliveryState::kRejected:
      return fmt::format("{} does not take it: {}; a person must look (see the dead letters)", to,
                         error);
    case store::DeliveryState::kWaiting:
      return fmt::format("waits to be sent to {}, which does not have {} yet", to,
                         Spaced(delivery.waits_for));
  }
  return "";
}

std::string SourceText(const store::ItemSource& source) {
  if (source.location.empty()) return source.dataset;
  if (source.line == 0) return fmt::format("{} ({})", source.dataset, source.location);
  return fmt::format("{} ({}, line {})", source.dataset, source.location, source.line);
}

}  // namespace entrepot::sync
