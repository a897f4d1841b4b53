#include "core/sync/verification.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/base/absl_view.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::sync {
namespace {

// Ids that are kept of one look into some buckets.
constexpr uint64_t kIdsAtOnce = 100'000;
// What differs is looked at again so often, so that traffic settles between the looks.
constexpr int kLooks = 3;
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(700);
constexpr size_t kJudgedPerWrite = 100;

std::string NameOf(const TwoSides::Shown& shown) {
  return shown.id.empty() ? fmt::format("#{}", shown.record_id) : std::string(shown.id);
}

// Of both sides, as last looked at.
std::pair<uint64_t, uint64_t> StateOf(const Suspect& suspect) {
  return {suspect.revision, suspect.there ? suspect.content : 0};
}

}  // namespace

Verification::Verification(const VerificationOptions& options, const DatasetPlan* dataset,
                           Emit emit)
    : options_(options), dataset_(dataset), emit_(std::move(emit)) {}

absl::StatusOr<bool> Verification::Run(std::stop_token stop) {
  result_.set_dataset(dataset_->path);
  const absl::Status compared = Compare(stop);
  if (stop.stop_requested()) {
    return Failure(absl::StatusCode::kCancelled, "INTERRUPTED",
                   "interrupted; what was shown so far holds, the rest was not compared");
  }
  if (!compared.ok()) result_.set_error(std::string(StdView(compared.message())));
  RETURN_IF_ERROR(Show(compared.ok()));
  v1::VerifyResponse event;
  *event.mutable_dataset() = result_;
  emit_(event);
  return read_again_;
}

absl::Status Verification::Compare(std::stop_token stop) {
  ASSIGN_OR_RETURN(sides_, TwoSides::Make(options_.sides, dataset_));
  RETURN_IF_ERROR(SumUp(stop));
  for (size_t from = 0; from < kBuckets;) {
    BucketSet chosen(kBuckets, false);
    uint64_t ids = 0;
    bool any = false;
    for (; from < kBuckets; ++from) {
      if (outside_->SameIn(from, *hub_)) continue;
      ids += outside_->CountIn(from) + hub_->CountIn(from);
      if (any && ids > kIdsAtOnce) break;
      chosen[from] = any = true;
      result_.set_buckets_differing(result_.buckets_differing() + 1);
    }
    if (any) RETURN_IF_ERROR(Collect(chosen, stop));
  }
  if (suspects_.empty()) return absl::OkStatus();
  return Settle(std::move(stop));
}

absl::Status Verification::SumUp(std::stop_token stop) {
  outside_ = std::make_unique<BucketSums>();
  hub_ = std::make_unique<BucketSums>();
  RETURN_IF_ERROR(sides_->VisitOutside(
      [&](const TwoSides::Shown& shown) {
        // Without an id nothing is known of it but that it is a dead letter.
        if (shown.id.empty() || shown.trouble == "deleted") return absl::OkStatus();
        outside_->Add(shown.id, shown.content);
        return absl::OkStatus();
      },
      stop));
  RETURN_IF_ERROR(sides_->VisitHub(
      [&](const TwoSides::Shown& shown) {
        if (!shown.id.empty()) {
          hub_->Add(shown.id, shown.content);
        } else {
          AddSuspect({.record_id = shown.record_id});
        }
        return absl::OkStatus();
      },
      stop));
  result_.set_outside_records(outside_->count());
  result_.set_hub_records(hub_->count());
  return absl::OkStatus();
}

void Verification::AddSuspect(Suspect suspect) {
  const auto max = static_cast<size_t>(options_.sides.limits->verified_differences_max());
  if (suspects_.size() >= max) {
    result_.set_cut(true);
    return;
  }
  const std::string name = suspect.id.empty() ? fmt::format("#{}", suspect.record_id) : suspect.id;
  suspects_.emplace(name, std::move(suspect));
}

absl::Status Verification::Collect(const BucketSet& chosen, std::stop_token stop) {
  struct There {
    uint64_t content;
    std::string outside_id;
  };
  absl::flat_hash_map<std::string, There> there;
  RETURN_IF_ERROR(sides_->VisitOutside(
      [&](const TwoSides::Shown& shown) {
        if (shown.id.empty() || !chosen[BucketOf(shown.id)]) return absl::OkStatus();
        if (shown.trouble == "deleted") return absl::OkStatus();
        there[std::string(shown.id)] = {shown.content, std::string(shown.outside_id)};
        return absl::OkStatus();
      },
      stop));
  RETURN_IF_ERROR(sides_->VisitHub(
      [&](const TwoSides::Shown& shown) {
        if (shown.id.empty() || !chosen[BucketOf(shown.id)]) return absl::OkStatus();
        const auto found = there.find(std::string(shown.id));
        const bool same = found != there.end() && found->second.content == shown.content;
        if (!same) {
          AddSuspect({.id = std::string(shown.id),
                      .outside_id = found != there.end() ? found->second.outside_id
                                                         : std::string(shown.outside_id),
                      .record_id = shown.record_id});
        }
        if (found != there.end()) there.erase(found);
        return absl::OkStatus();
      },
      std::move(stop)));
  for (auto& [id, row] : there) AddSuspect({.id = id, .outside_id = row.outside_id});
  return absl::OkStatus();
}

// What the outside shows of the suspects now.
absl::Status Verification::LookAgain(std::stop_token stop) {
  for (auto& [name, suspect] : suspects_) {
    suspect.there = suspect.comes = false;
    suspect.body.reset();
    suspect.trouble.clear();
  }
  RETURN_IF_ERROR(sides_->VisitOutside(
      [&](const TwoSides::Shown& shown) {
        if (shown.id.empty() || shown.trouble == "deleted") return absl::OkStatus();
        const auto found = suspects_.find(NameOf(shown));
        if (found == suspects_.end()) return absl::OkStatus();
        Suspect& suspect = found->second;
        suspect.there = true;
        suspect.content = shown.content;
        suspect.outside_id = shown.outside_id;
        suspect.trouble = shown.trouble;
        if (shown.body != nullptr) {
          suspect.body.reset(shown.body->New());
          suspect.body->CopyFrom(*shown.body);
        }
        return absl::OkStatus();
      },
      stop));
  if (!sides_->by_rows()) return absl::OkStatus();
  const auto whole = sides_->VisitNext(
      [&](const TwoSides::Shown& shown) {
        if (shown.id.empty()) return absl::OkStatus();
        const auto found = suspects_.find(NameOf(shown));
        if (found != suspects_.end()) found->second.comes = true;
        return absl::OkStatus();
      },
      std::move(stop));
  RETURN_IF_ERROR(whole.status());
  for (auto& [name, suspect] : suspects_) suspect.comes |= *whole && !suspect.there;
  return absl::OkStatus();
}

// Only what has stood still between two looks was missed; the rest is traffic.
absl::Status Verification::Settle(std::stop_token stop) {
  std::vector<std::string> moving;
  for (int look = 0; look < kLooks && !suspects_.empty(); ++look) {
    if (look > 0) std::this_thread::sleep_for(absl::ToChronoMilliseconds(kBetweenLooks));
    std::map<std::string, std::pair<uint64_t, uint64_t>> before;
    for (const auto& [name, suspect] : suspects_) before[name] = StateOf(suspect);
    RETURN_IF_ERROR(LookAgain(stop));
    RETURN_IF_ERROR(JudgeAll());
    moving.clear();
    for (const auto& [name, suspect] : suspects_) {
      const bool repairs = findings_[name].repair != Diagnosis::Repair::kNone;
      if (repairs && (look == 0 || before[name] != StateOf(suspect))) moving.push_back(name);
    }
    if (moving.empty()) return absl::OkStatus();
  }
  for (const std::string& name : moving) findings_[name].CallMoving();
  return absl::OkStatus();
}

absl::Status Verification::JudgeAll() {
  findings_.clear();
  Diagnosis diagnosis(sides_.get(), options_.sink_cursor ? options_.sink_cursor() : 0);
  {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.sides.store->Read());
    RETURN_IF_ERROR(diagnosis.LoadBooks(*snapshot));
  }
  for (auto at = suspects_.begin(); at != suspects_.end();) {
    const auto begin = at;
    auto end = at;
    for (size_t i = 0; i < kJudgedPerWrite && end != suspects_.end(); ++i) ++end;
    RETURN_IF_ERROR(options_.sides.store->Write([&](store::Transaction& tx) -> absl::Status {
      for (auto one = begin; one != end; ++one) {
        ASSIGN_OR_RETURN(findings_[one->first], diagnosis.Judge(tx, &one->second));
      }
      return absl::OkStatus();
    }));
    at = end;
  }
  std::erase_if(suspects_, [&](const auto& one) { return !findings_[one.first].differs; });
  return absl::OkStatus();
}

// Judged once more in the work that queues: until then the delivery or the record may have moved
// on.
absl::Status Verification::Repair(const Diagnosis& diagnosis, Suspect* suspect,
                                  Diagnosis::Finding* finding) {
  bool queued = false;
  RETURN_IF_ERROR(options_.sides.store->Write([&](store::Transaction& tx) -> absl::Status {
    const uint64_t revision = suspect->revision;
    ASSIGN_OR_RETURN(const auto now, diagnosis.Judge(tx, suspect));
    queued = now.differs && now.repair == finding->repair && suspect->revision == revision;
    return queued ? diagnosis.Queue(tx, *suspect, *finding) : absl::OkStatus();
  }));
  finding->difference.set_repaired(queued);
  read_again_ |= queued && finding->repair == Diagnosis::Repair::kRead;
  return absl::OkStatus();
}

absl::Status Verification::Show(bool settled) {
  result_.set_differences(suspects_.size());
  Diagnosis diagnosis(sides_.get(), options_.sink_cursor ? options_.sink_cursor() : 0);
  if (settled) {
    ASSIGN_OR_RETURN(const store::Snapshot snapshot, options_.sides.store->Read());
    RETURN_IF_ERROR(diagnosis.LoadBooks(*snapshot));
  }
  for (auto& [name, suspect] : suspects_) {
    const auto found = findings_.find(name);
    if (found == findings_.end()) continue;  // the comparison ended early
    Diagnosis::Finding& finding = found->second;
    if (options_.repair && settled && finding.repair != Diagnosis::Repair::kNone) {
      RETURN_IF_ERROR(Repair(diagnosis, &suspect, &finding));
    }
    v1::VerifyResponse event;
    *event.mutable_difference() = finding.difference;
    emit_(event);
  }
  return absl::OkStatus();
}

}  // namespace entrepot::sync
