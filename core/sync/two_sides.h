// The two sides of a dataset, read in the same terms: every record that the outside system holds,
// and every record that it should hold by the hub's books, with an id and a digest of what the
// dataset covers. Rows are read through the dataset's own mapping, so that a value written in two
// ways ("12.50", "12.5") is one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/domain/merge.h"
#include "core/mapping/mapping.h"
#include "core/store/store.h"
#include "core/sync/link.h"
#include "core/sync/plan.h"
#include "core/sync/translator.h"
#include "entrepot/config/v1/config.pb.h"

namespace entrepot::sync {

struct TwoSidesOptions {
  // All outlive it.
  store::Store* store = nullptr;
  const config::v1::Limits* limits = nullptr;
  mapping::Environment environment;
  std::shared_ptr<Link> link;  // of its own
};

// Used by one thread.
class TwoSides {
 public:
  // One record as one side shows it. Views live as long as the visit.
  struct Shown {
    std::string_view id;                              // empty: the connection has none for it
    std::string_view outside_id;                      // for people
    uint64_t content = 0;                             // digest of what is covered
    const google::protobuf::Message* body = nullptr;  // nullptr: only that it is there is known
    uint64_t record_id = 0;                           // of the hub's side
    std::string_view trouble;  // a row that is no record: why; `body` and `content` say nothing
  };
  using Visit = std::function<absl::Status(const Shown&)>;

  // `dataset` outlives it. Errors as Translator::Make.
  static absl::StatusOr<std::unique_ptr<TwoSides>> Make(const TwoSidesOptions& options,
                                                        const DatasetPlan* dataset);

  const DatasetPlan& dataset() const { return *dataset_; }
  // Rows are compared; else only which ids are there.
  bool by_rows() const { return dataset_->source; }

  // All that the outside holds. FAILED_PRECONDITION (NOT_WHOLE) where the source does not say that
  // it gave everything; CANCELLED (`stop`); errors of the connector.
  absl::Status VisitOutside(const Visit& visit, std::stop_token stop);
  // What the next reading brings, and deletions that it brings as `trouble`. Only by rows. True: it
  // tells all that is there.
  absl::StatusOr<bool> VisitNext(const Visit& visit, std::stop_token stop);
  // All that the outside should hold.
  absl::Status VisitHub(const Visit& visit, std::stop_token stop) const;

  uint64_t ContentOf(const google::protobuf::Message& body) const;
  // Of a base's digests: as ContentOf of what they were made of.
  static uint64_t ContentOf(std::span<const uint64_t> digests);
  // The last VisitOutside met rows that are none, so that what is missing may be among them.
  bool unreadable_rows() const { return unreadable_rows_; }
  // Fields that the dataset speaks for; empty: all.
  const std::vector<int>& covers() const { return covers_; }

 private:
  TwoSides(const TwoSidesOptions& options, const DatasetPlan* dataset)
      : options_(options), dataset_(dataset) {}
  absl::Status VisitRows(const std::string& cursor, bool full, const Visit& visit, bool* whole,
                         std::stop_token stop);
  absl::StatusOr<std::string> IdOfItem(const Item& item) const;
  absl::Status VisitIds(const Visit& visit, std::stop_token stop);
  absl::Status VisitRecord(const store::Reader& reader, const v1::Record& record,
                           const Visit& visit) const;

  const TwoSidesOptions options_;
  const DatasetPlan* dataset_;
  bool unreadable_rows_ = false;
  std::vector<int> covers_;
  std::unique_ptr<domain::GroupDigester> digester_;
};

}  // namespace entrepot::sync
