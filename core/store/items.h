// The rows of the store's books other than records: what is parked or dead, runs, deliveries,
// conflicts, proposals and doubles. Plain values; ids are the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/domain/authority.h"
#include "core/domain/kind.h"

namespace entrepot::store {

// One entry of the change log.
struct LogEntry {
  uint64_t seq = 0;  // gapless, ascending
  uint64_t record_id = 0;
  domain::Kind kind{};
  uint64_t revision = 0;
  uint64_t previous_seq = 0;  // of the same record; 0: first, or thinned
  bool deleted = false;
  absl::Time at;
  std::string origin;
  std::string body;  // canonical bytes of this revision's body
};

// A part of the change log.
struct LogPart {
  std::vector<LogEntry> entries;
  uint64_t last = 0;  // seq of the last entry that was looked at; 0: there was none
};

// Where a row came from.
struct ItemSource {
  std::string dataset;  // "warehouse/stock"
  std::string outside_id;
  std::string location;
  uint64_t line = 0;
  uint64_t column = 0;
  std::string raw;
  // Serialised entrepot.connector.v1.ReadResponse with this one row or record: mapped again at
  // replay.
  std::string row;
};

struct ParkedItem {
  uint64_t id = 0;
  ItemSource source;
  std::string waits_for_kind;  // "product"
  std::string waits_for_key;   // outside id or key
  absl::Time parked_at;
};

struct DeadLetter {
  uint64_t id = 0;
  ItemSource source;
  std::string field;
  std::string reason;
  absl::Time died_at;
  uint32_t replays = 0;
  uint64_t record_id = 0;  // of a delivery; 0: a row
  // A person has changed source.row since it came: how it was, in the same form. Empty: nobody has.
  std::string original_row;
  std::string edited_by;
  absl::Time edited_at;
};

// A person's change of one cell of a row among the dead letters.
struct RowEdit {
  std::string dataset;
  std::string outside_id;
  std::string column;
  std::string before;
  std::string after;
  std::string actor;
  absl::Time at;
};

// Where the row stood from which a revision was made.
struct RowPlace {
  std::string location;
  uint64_t line = 0;
};

// One record as the books of rows may speak of it.
struct Concern {
  uint64_t record_id = 0;
  std::string kind;
  std::vector<std::string> keys;                              // and outside ids
  std::vector<std::pair<std::string, std::string>> known_as;  // connection, outside id
};

struct Run {
  uint64_t id = 0;
  std::string dataset;
  bool full = false;
  absl::Time started_at;
  std::optional<absl::Time> ended_at;
  uint64_t read = 0, created = 0, changed = 0, unchanged = 0, deleted = 0;
  uint64_t parked = 0, dead = 0, recovered = 0;
  std::string error;
};

enum class DeliveryState { kPending = 1, kInFlight, kUnknown, kDelivered, kRejected, kWaiting };

// One record on its way to one sink; keyed (connection, record).
struct Delivery {
  std::string connection;
  uint64_t record_id = 0;
  uint64_t revision = 0;            // to be delivered, or delivered
  uint64_t delivered_revision = 0;  // last known to be there; 0: none
  DeliveryState state = DeliveryState::kPending;
  int attempts = 0;
  absl::Time due;
  absl::Time sent_at;      // of the last push
  std::string outside_id;  // once known
  std::string waits_for;   // "client C-7", for kWaiting
  std::string error;       // of the last attempt
  // The store's life in which the other side was last heard of about this; 0: never.
  uint64_t epoch = 0;
};

// A life of the store: the first, and one more for each restored backup.
struct Epoch {
  uint64_t number = 1;
  absl::Time began_at;     // when the backup was restored
  absl::Time backup_at;    // when it was made; 1970 where the backup does not say
  uint64_t record_id = 0;  // records with higher ids are of this life
};

// How a conflict ended.
enum class ConflictState {
  kOpen = 1,
  kAgreed,      // by itself: both sides came to show the same
  kKeptHub,     // a person chose the hub's value
  kTookTheirs,  // a person chose the other one
  kReplaced,    // the connection shows another value since
};

// What a connection showed and the record did not become. Keyed (record, group, connection, value).
struct Conflict {
  uint64_t id = 0;
  uint64_t record_id = 0;
  domain::Kind kind{};
  std::string group;       // "contact"
  std::string dataset;     // "erp/clients"
  std::string outside_id;  // of the record there
  domain::Policy policy{};
  std::vector<int> fields;  // that it is about, by index in the kind's descriptor
  std::string theirs;       // a body with these fields only; a field that it lacks is empty there
  std::string ours;         // the record's, when it was last raised
  bool deleted = false;     // the connection says that the record is gone
  absl::Time raised_at;
  absl::Time seen_at;  // the last time that the connection showed it
  uint32_t times = 1;  // how often it did
  uint32_t sent = 0;   // how often `ours` was sent back since
  ConflictState state = ConflictState::kOpen;
  absl::Time closed_at = absl::InfinitePast();
  std::string closed_by;  // "api:anna"; empty: by itself

  // "erp" of "erp/clients".
  std::string_view connection() const {
    return std::string_view(dataset).substr(0, dataset.find('/'));
  }
};

enum class ProposalState {
  kOpen = 1,
  kAccepted,  // the owner shows what was wanted
  kDeclined,  // it was delivered, and the owner shows something else
  kReplaced,  // a newer one stands in its place, or the record is gone
};

// Values that somebody wants of a connection that owns them.
struct Proposal {
  uint64_t id = 0;
  uint64_t record_id = 0;
  domain::Kind kind{};
  std::string connection;
  std::string group;
  std::vector<int> fields;  // by index in the kind's descriptor
  std::string wanted;       // a body with these fields only; one that it lacks is to be cleared
  std::string made_by;      // "api:anna"
  absl::Time made_at;
  ProposalState state = ProposalState::kOpen;
  absl::Time closed_at = absl::InfinitePast();
};

enum class DoubleState {
  kOpen = 1,
  kMerged,
  kDismissed,  // a person said that they are two
  kGone,       // one of them is deleted, or merged into a third
};

// Two records that may be one; keyed by both, the older first.
struct Double {
  uint64_t id = 0;
  uint64_t first = 0;
  uint64_t second = 0;
  domain::Kind kind{};
  std::string rule;  // "tax_id": the fields that are equal
  absl::Time found_at;
  DoubleState state = DoubleState::kOpen;
  absl::Time closed_at = absl::InfinitePast();
  std::string closed_by;
};

}  // namespace entrepot::store
