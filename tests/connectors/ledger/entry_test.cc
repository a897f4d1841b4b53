#include "entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace entrepot::ledger {
namespace {

using testing::HasSubstr;

sdk::Decimal Money(int64_t cents) {
  sdk::Decimal decimal;
  decimal.units = cents / 100;
  decimal.nanos = static_cast<int32_t>(cents % 100) * 10'000'000;
  return decimal;
}

sdk::InvoiceLine Line(int64_t percent, int64_t net, int64_t vat) {
  sdk::InvoiceLine line;
  line.vat_percent = Money(percent * 100);
  line.net = Money(net);
  line.vat = Money(vat);
  line.gross = Money(net + vat);
  return line;
}

sdk::Record Invoice() {
  sdk::Invoice invoice;
  invoice.number = "1042-1";
  invoice.buyer = sdk::InvoiceParty();
  invoice.buyer->code = "C1";
  invoice.buyer->name = "ООО Ромашка";
  invoice.issued_on = sdk::Date{2026, 11, 4};
  invoice.due_on = sdk::Date{2026, 12, 4};
  invoice.currency = "RUB";
  invoice.lines = {Line(20, 10000, 2000), Line(10, 500, 50), Line(20, 1, 0)};
  invoice.net = Money(10501);
  invoice.vat = Money(2050);
  invoice.gross = Money(12551);
  sdk::Record record;
  record.id = 7;
  record.revision = 3;
  record.body = invoice;
  return record;
}

std::string ReasonOf(const sdk::Record& record) {
  try {
    EntryOf(record, "1042-1", {});
    return "";
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

TEST(Entry, PostsAnInvoice) {
  EXPECT_EQ(Render(EntryOf(Invoice(), "1042-1", {})),
            "2026-11-04 * (1042-1) ООО Ромашка\n"
            "    ; hub: 1042-1\n"
            "    ; record: 7\n"
            "    ; revision: 3\n"
            "    ; due: 2026-12-04\n"
            "    assets:receivable:C1                                      125.51 RUB\n"
            "    revenues:sales                                           -105.01 RUB\n"
            "    liabilities:vat                                           -20.50 RUB\n"
            "\n");
}

TEST(Entry, DividesRevenueAndVatByRate) {
  const Entry entry =
      EntryOf(Invoice(), "1042-1", {.revenue = "revenues:sales:{percent}", .vat = "vat:{percent}"});
  const std::string text = Render(entry);
  EXPECT_THAT(text, HasSubstr("revenues:sales:20 "));
  EXPECT_THAT(text, HasSubstr("revenues:sales:10 "));
  EXPECT_THAT(text, HasSubstr("vat:10 "));
}

TEST(Entry, TakesBackToTheCent) {
  const Entry entry = EntryOf(Invoice(), "1042-1", {});
  const Entry reversal = ReversalOf(entry, 4);
  const std::string text = Render(reversal);
  EXPECT_THAT(text, HasSubstr("; revision: 3\n    ; reversal: 4\n"));
  EXPECT_THAT(text, HasSubstr("-125.51 RUB"));
  EXPECT_EQ(text.find("due"), std::string::npos);
  EXPECT_EQ(DigestOf(ReversalOf(reversal, 0)), DigestOf(entry));
}

TEST(Entry, RefusesWhatDoesNotAddUpOrLacksSomething) {
  sdk::Record record = Invoice();
  std::get<sdk::Invoice>(record.body).vat = Money(2049);
  EXPECT_THAT(ReasonOf(record), HasSubstr("VAT is 20.49, its parts make 20.50"));
  record = Invoice();
  std::get<sdk::Invoice>(record.body).buyer->code = "";
  EXPECT_THAT(ReasonOf(record), HasSubstr("no client code"));
  record = Invoice();
  std::get<sdk::Invoice>(record.body).currency = "rub";
  EXPECT_THAT(ReasonOf(record), HasSubstr("no currency of three capital letters but 'rub'"));
  record = Invoice();
  std::get<sdk::Invoice>(record.body).issued_on.reset();
  EXPECT_THAT(ReasonOf(record), HasSubstr("has no issued_on"));
  record.body = sdk::Payment();
  EXPECT_THAT(ReasonOf(record), HasSubstr("of kind 'payment'"));
}

}  // namespace
}  // namespace entrepot::ledger
