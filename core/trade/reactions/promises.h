// New stock and new supplies move promises: lines that wait are served, or told another day. So do
// orders that are cancelled, and the turn of the day, which makes supplies late.
#pragma once

#include "core/trade/books.h"
#include "core/trade/reactions/reaction.h"

namespace entrepot::trade {

class Promises final : public Reaction {
 public:
  explicit Promises(const Books& books) : books_(books) {}

  std::string_view name() const override { return "promises"; }
  domain::KindSet Kinds() const override;
  bool Concerns(const store::LogEntry& entry, const store::Reader& reader) const override;
  absl::StatusOr<size_t> Handle(std::span<const store::LogEntry> entries,
                                store::Transaction& transaction) override;
  // The company's day.
  std::string Epoch(absl::Time now) const override;
  bool Reconsiders(const v1::Order& order) const override;

 private:
  const Books books_;
};

}  // namespace entrepot::trade
