#include "core/domain/settlement.h"

#include <algorithm>
#include <numeric>
#include <ranges>
#include <tuple>

namespace entrepot::domain {
namespace {

// Indices of documents, the oldest first.
template <typename Document>
std::vector<size_t> ByAge(std::span<const Document> documents) {
  std::vector<size_t> order(documents.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(documents[a].day, documents[a].document) <
           std::tie(documents[b].day, documents[b].document);
  });
  return order;
}

class Settling {
 public:
  Settling(std::span<const Charge> charges, std::span<const Receipt> receipts)
      : receipts_(receipts),
        charge_order_(ByAge(charges)),
        receipt_order_(ByAge(receipts)),
        rest_(receipts.size()),
        named_by_(charges.size()) {
    result_.charges.resize(charges.size());
    for (size_t i = 0; i < charges.size(); ++i) {
      result_.charges[i].open = charges[i].amount;
      result_.balance += charges[i].amount;
    }
    for (const size_t i : receipt_order_) {
      const Receipt& receipt = receipts[i];
      result_.balance -= receipt.amount;
      rest_[i] = std::max(receipt.amount, Decimal());
      if (receipt.charge != Receipt::kOnAccount) named_by_[receipt.charge].push_back(i);
      if (receipt.amount.sign() < 0 && receipt.charge == Receipt::kOnAccount) {
        returned_ -= receipt.amount;
      }
    }
  }

  Settlement Run() {
    for (size_t charge = 0; charge < named_by_.size(); ++charge) SettleNamed(charge);
    TakeBack(receipt_order_, &returned_);
    SettleOldest();
    for (const size_t receipt : receipt_order_) {
      if (rest_[receipt].sign() == 0) continue;
      result_.on_account += rest_[receipt];
      result_.unsettled.push_back({receipt, rest_[receipt]});
    }
    result_.on_account -= returned_;
    return std::move(result_);
  }

 private:
  // The newest first.
  void TakeBack(const std::vector<size_t>& receipts, Decimal* returned) {
    for (const size_t receipt : std::views::reverse(receipts)) {
      const Decimal part = std::min(rest_[receipt], *returned);
      rest_[receipt] -= part;
      *returned -= part;
    }
  }

  void Pay(size_t charge, size_t receipt) {
    SettledCharge& settled = result_.charges[charge];
    const Decimal part = std::min(rest_[receipt], settled.open);
    if (part.sign() <= 0) return;
    rest_[receipt] -= part;
    settled.open -= part;
    settled.settled_by.push_back({receipt, part});
  }

  void SettleNamed(size_t charge) {
    Decimal returned;
    for (const size_t receipt : named_by_[charge]) {
      returned += std::max(-receipts_[receipt].amount, Decimal());
    }
    TakeBack(named_by_[charge], &returned);
    returned_ += returned;
    for (const size_t receipt : named_by_[charge]) Pay(charge, receipt);
  }

  void SettleOldest() {
    auto receipt = receipt_order_.begin();
    for (const size_t charge : charge_order_) {
      while (result_.charges[charge].open.sign() > 0 && receipt != receipt_order_.end()) {
        Pay(charge, *receipt);
        if (rest_[*receipt].sign() == 0) ++receipt;
      }
    }
  }

  std::span<const Receipt> receipts_;
  const std::vector<size_t> charge_order_, receipt_order_;
  std::vector<Decimal> rest_;                  // of each receipt
  std::vector<std::vector<size_t>> named_by_;  // receipts of each charge, the oldest first
  Decimal returned_;                           // and not yet taken back from a receipt
  Settlement result_;
};

}  // namespace

Settlement Settle(std::span<const Charge> charges, std::span<const Receipt> receipts) {
  return Settling(charges, receipts).Run();
}

}  // namespace entrepot::domain
