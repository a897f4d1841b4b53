#include "core/api/operation.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "core/api/items.h"
#include "core/api/page.h"
#include "core/api/record_name.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/domain/kind.h"
#include "core/sync/edit_letter.h"
#include "core/sync/history.h"
#include "core/sync/replay.h"
#include "core/sync/trace.h"
#include "core/trade/records.h"

namespace entrepot::api {
namespace {

constexpr char kVersion[] = ENTREPOT_VERSION;

absl::Status NoDeadLetter(uint64_t id) {
  return Failure(absl::StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND",
                 fmt::format("there is no dead letter {}: it was replayed or discarded, or another "
                             "row came for its key",
                             id));
}

void CellsToProto(const store::DeadLetter& letter, v1::DeadLetter* proto) {
  for (const sync::LetterCell& cell : sync::CellsOf(letter)) {
    v1::DeadLetterCell* shown = proto->add_cells();
    shown->set_column(cell.column);
    if (cell.value) shown->set_value(*cell.value);
    shown->set_changed(cell.changed);
    if (cell.original) shown->set_original(*cell.original);
  }
}

// The position of a reader of the log; 0 before its first step.
absl::StatusOr<uint64_t> PositionOf(const store::Reader& reader, const std::string& cursor) {
  ASSIGN_OR_RETURN(std::string text, reader.Cursor(cursor));
  uint64_t position = 0;
  std::from_chars(text.data(), text.data() + text.size(), position);
  return position;
}

uint64_t Pending(const v1::ConnectionStatus& connection) {
  uint64_t pending = 0;
  for (const v1::DeliveryCount& count : connection.deliveries()) {
    if (count.state() == v1::DELIVERY_STATE_DELIVERED) continue;
    if (count.state() == v1::DELIVERY_STATE_REJECTED) continue;
    pending += count.count();
  }
  return pending;
}

}  // namespace

absl::StatusOr<v1::GetStatusResponse> Operation::GetStatus() const {
  v1::GetStatusResponse response;
  response.set_version(kVersion);
  ToProto(started_at_, response.mutable_started_at());
  response.set_change_log_head(store_.log_head());
  response.set_store_bytes(store_.FileBytes());
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  for (const domain::KindInfo& info : domain::Kinds()) {
    ASSIGN_OR_RETURN(const uint64_t records, reader->Count(info.kind));
    v1::KindCount* count = response.add_kinds();
    count->set_kind(info.name);
    count->set_records(records);
  }
  ASSIGN_OR_RETURN(const uint64_t parked, reader->CountParked(""));
  response.set_parked_items(parked);
  ASSIGN_OR_RETURN(const uint64_t dead, reader->CountDeadLetters(""));
  response.set_dead_letters(dead);

  ASSIGN_OR_RETURN(v1::ListConnectionsResponse connections, scheduler_.ListConnections());
  for (const v1::ConnectionStatus& connection : connections.connections()) {
    const std::string name = "sink:" + connection.name();
    ASSIGN_OR_RETURN(const uint64_t position, PositionOf(*reader, name));
    if (position == 0 && connection.deliveries().empty()) continue;  // no sink
    v1::LogReader* log_reader = response.add_readers();
    log_reader->set_name(name);
    log_reader->set_cursor(position);
    log_reader->set_pending(Pending(connection));
  }
  for (const std::string& reaction : reactions_) {
    const std::string name = "reaction:" + reaction;
    ASSIGN_OR_RETURN(const uint64_t position, PositionOf(*reader, name));
    v1::LogReader* log_reader = response.add_readers();
    log_reader->set_name(name);
    log_reader->set_cursor(position);
  }
  return response;
}

absl::StatusOr<v1::ListRunsResponse> Operation::ListRuns(const v1::ListRunsRequest& request) const {
  const std::string list = "runs/" + request.dataset();
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  page.newest_first = true;
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(std::vector<store::Run> runs, reader->ListRuns(request.dataset(), page));
  v1::ListRunsResponse response;
  ClosePage(list, page, &runs, &response);
  for (const store::Run& run : runs) ToProto(run, response.add_runs());
  return response;
}

absl::StatusOr<v1::ListRecordsResponse> Operation::ListRecords(
    const v1::ListRecordsRequest& request) const {
  ASSIGN_OR_RETURN(const domain::KindInfo* info, domain::FindKind(request.kind()));
  const std::string list =
      fmt::format("records/{}/{}", request.kind(), request.include_deleted() ? "all" : "live");
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  page.include_deleted = request.include_deleted();
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(std::vector<v1::Record> records, reader->List(info->kind, page));
  v1::ListRecordsResponse response;
  ClosePage(list, page, &records, &response);
  for (v1::Record& record : records) *response.add_records() = std::move(record);
  return response;
}

absl::StatusOr<v1::GetRecordResponse> Operation::GetRecord(
    const v1::GetRecordRequest& request) const {
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(const uint64_t id, IdOf(*reader, request.name()));
  ASSIGN_OR_RETURN(std::optional<v1::Record> record, reader->Get(id));
  if (!record.has_value()) return NoRecord(fmt::format("record with the id {}", id));
  v1::GetRecordResponse response;
  *response.mutable_record() = *std::move(record);
  return response;
}

absl::StatusOr<v1::GetHistoryResponse> Operation::GetHistory(
    const v1::GetHistoryRequest& request) const {
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(const uint64_t id, IdOf(*reader, request.name()));
  return sync::History(*reader, id);
}

absl::StatusOr<v1::TraceResponse> Operation::Trace(const v1::TraceRequest& request) const {
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(const uint64_t id, IdOf(*reader, request.name()));
  return sync::Trace(*reader, id);
}

absl::StatusOr<v1::ListParkedItemsResponse> Operation::ListParkedItems(
    const v1::ListParkedItemsRequest& request) const {
  ASSIGN_OR_RETURN(store::Page page,
                   WiderPageOf("parked", request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(std::vector<store::ParkedItem> items, reader->ListParked(page));
  v1::ListParkedItemsResponse response;
  ClosePage("parked", page, &items, &response);
  for (const store::ParkedItem& item : items) ToProto(item, response.add_items());
  return response;
}

absl::StatusOr<v1::ListDeadLettersResponse> Operation::ListDeadLetters(
    const v1::ListDeadLettersRequest& request) const {
  const std::string list = "dead/" + request.dataset();
  ASSIGN_OR_RETURN(store::Page page, WiderPageOf(list, request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(std::vector<store::DeadLetter> letters,
                   reader->ListDeadLetters(request.dataset(), page));
  v1::ListDeadLettersResponse response;
  ClosePage(list, page, &letters, &response);
  for (const store::DeadLetter& letter : letters) ToProto(letter, response.add_dead_letters());
  return response;
}

absl::StatusOr<v1::GetDeadLetterResponse> Operation::GetDeadLetter(
    const v1::GetDeadLetterRequest& request) const {
  ASSIGN_OR_RETURN(store::Snapshot reader, store_.Read());
  ASSIGN_OR_RETURN(std::optional<store::DeadLetter> letter, reader->GetDeadLetter(request.id()));
  if (!letter.has_value()) return NoDeadLetter(request.id());
  v1::GetDeadLetterResponse response;
  ToProto(*letter, response.mutable_dead_letter());
  CellsToProto(*letter, response.mutable_dead_letter());
  return response;
}

absl::StatusOr<v1::EditDeadLetterResponse> Operation::EditDeadLetter(
    const v1::EditDeadLetterRequest& request, std::string_view actor) {
  std::vector<sync::CellChange> changes;
  for (const v1::DeadLetterChange& change : request.changes()) {
    changes.push_back({.column = change.column()});
    if (change.has_value()) changes.back().value = change.value();
  }
  store::DeadLetter edited;
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(edited,
                     sync::EditLetter(transaction, request.id(), changes, trade::PersonOf(actor)));
    return absl::OkStatus();
  }));
  log::Info("dead letter edited", {{"id", edited.id},
                                   {"dataset", edited.source.dataset},
                                   {"outside_id", edited.source.outside_id},
                                   {"by", actor}});
  v1::EditDeadLetterResponse response;
  ToProto(edited, response.mutable_dead_letter());
  CellsToProto(edited, response.mutable_dead_letter());
  return response;
}

absl::StatusOr<v1::DiscardDeadLettersResponse> Operation::DiscardDeadLetters(
    const v1::DiscardDeadLettersRequest& request, std::string_view actor) {
  if (request.ids().empty()) {
    return Failure(absl::StatusCode::kInvalidArgument, "NO_IDS",
                   "name the dead letters to discard: ids is empty");
  }
  std::vector<store::DeadLetter> discarded;
  RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    discarded.clear();
    for (const uint64_t id : request.ids()) {
      ASSIGN_OR_RETURN(std::optional<store::DeadLetter> letter, transaction.GetDeadLetter(id));
      if (!letter.has_value()) return NoDeadLetter(id);
      RETURN_IF_ERROR(sync::DiscardLetter(transaction, *letter));
      discarded.push_back(*std::move(letter));
    }
    return absl::OkStatus();
  }));
  for (const store::DeadLetter& letter : discarded) {
    log::Info("dead letter discarded", {{"id", letter.id},
                                        {"dataset", letter.source.dataset},
                                        {"outside_id", letter.source.outside_id},
                                        {"why_dead", letter.reason},
                                        {"by", actor}});
  }
  v1::DiscardDeadLettersResponse response;
  response.set_discarded(discarded.size());
  return response;
}

}  // namespace entrepot::api
