#include "core/api/items.h"

#include <fmt/core.h>

namespace entrepot::api {
namespace {

void SourceToProto(const store::ItemSource& source, v1::ItemSource* proto) {
  proto->set_dataset(source.dataset);
  proto->set_outside_id(source.outside_id);
  proto->set_location(source.location);
  proto->set_line(source.line);
  proto->set_column(source.column);
  proto->set_raw(source.raw);
}

}  // namespace

void ToProto(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(const store::Run& run, v1::Run* proto) {
  proto->set_id(run.id);
  proto->set_dataset(run.dataset);
  proto->set_full(run.full);
  ToProto(run.started_at, proto->mutable_started_at());
  if (run.ended_at.has_value()) ToProto(*run.ended_at, proto->mutable_ended_at());
  proto->set_read(run.read);
  proto->set_created(run.created);
  proto->set_changed(run.changed);
  proto->set_unchanged(run.unchanged);
  proto->set_deleted(run.deleted);
  proto->set_parked(run.parked);
  proto->set_dead(run.dead);
  proto->set_recovered(run.recovered);
  proto->set_error(run.error);
}

void ToProto(const store::ParkedItem& item, v1::ParkedItem* proto) {
  proto->set_id(item.id);
  SourceToProto(item.source, proto->mutable_source());
  proto->set_waits_for(fmt::format("{} {}", item.waits_for_kind, item.waits_for_key));
  ToProto(item.parked_at, proto->mutable_parked_at());
}

void ToProto(const store::DeadLetter& letter, v1::DeadLetter* proto) {
  proto->set_id(letter.id);
  SourceToProto(letter.source, proto->mutable_source());
  proto->set_field(letter.field);
  proto->set_reason(letter.reason);
  ToProto(letter.died_at, proto->mutable_died_at());
  proto->set_replays(letter.replays);
  proto->set_record_id(letter.record_id);
  if (letter.edited_by.empty()) return;
  proto->set_edited_by(letter.edited_by);
  ToProto(letter.edited_at, proto->mutable_edited_at());
}

}  // namespace entrepot::api
