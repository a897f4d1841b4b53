// A shipment makes an invoice: one each, numbered "<order>-<shipment>", issued on the company's day
// on which the goods left.
#pragma once

#include "core/trade/books.h"
#include "core/trade/reactions/reaction.h"

namespace entrepot::trade {

class Invoicing final : public Reaction {
 public:
  explicit Invoicing(const Books& books) : books_(books) {}

  std::string_view name() const override { return "invoice"; }
  domain::KindSet Kinds() const override { return {v1::Record::kOrder}; }
  bool Concerns(const store::LogEntry& entry, const store::Reader& reader) const override;
  absl::StatusOr<size_t> Handle(std::span<const store::LogEntry> entries,
                                store::Transaction& transaction) override;
  bool Reconsiders(const v1::Order& order) const override;

 private:
  absl::Status InvoiceShipments(uint64_t order_id, store::Transaction& transaction) const;
  absl::StatusOr<v1::Invoice> MakeInvoice(const v1::Record& order, const v1::Shipment& shipment,
                                          const store::Transaction& transaction) const;

  const Books books_;
};

}  // namespace entrepot::trade
