#include "core/mapping/lookup.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "core/base/absl_view.h"
#include "core/domain/units.h"

namespace entrepot::mapping {
namespace {

struct Currency {
  std::string_view code;
  std::string_view number;
};

// ISO 4217, currencies in use, by code.
constexpr Currency kCurrencies[] = {
    {"AED", "784"}, {"AFN", "971"}, {"ALL", "008"}, {"AMD", "051"}, {"AOA", "973"}, {"ARS", "032"},
    {"AUD", "036"}, {"AWG", "533"}, {"AZN", "944"}, {"BAM", "977"}, {"BBD", "052"}, {"BDT", "050"},
    {"BHD", "048"}, {"BIF", "108"}, {"BMD", "060"}, {"BND", "096"}, {"BOB", "068"}, {"BOV", "984"},
    {"BRL", "986"}, {"BSD", "044"}, {"BTN", "064"}, {"BWP", "072"}, {"BYN", "933"}, {"BZD", "084"},
    {"CAD", "124"}, {"CDF", "976"}, {"CHE", "947"}, {"CHF", "756"}, {"CHW", "948"}, {"CLF", "990"},
    {"CLP", "152"}, {"CNY", "156"}, {"COP", "170"}, {"COU", "970"}, {"CRC", "188"}, {"CUP", "192"},
    {"CVE", "132"}, {"CZK", "203"}, {"DJF", "262"}, {"DKK", "208"}, {"DOP", "214"}, {"DZD", "012"},
    {"EGP", "818"}, {"ERN", "232"}, {"ETB", "230"}, {"EUR", "978"}, {"FJD", "242"}, {"FKP", "238"},
    {"GBP", "826"}, {"GEL", "981"}, {"GHS", "936"}, {"GIP", "292"}, {"GMD", "270"}, {"GNF", "324"},
    {"GTQ", "320"}, {"GYD", "328"}, {"HKD", "344"}, {"HNL", "340"}, {"HTG", "332"}, {"HUF", "348"},
    {"IDR", "360"}, {"ILS", "376"}, {"INR", "356"}, {"IQD", "368"}, {"IRR", "364"}, {"ISK", "352"},
    {"JMD", "388"}, {"JOD", "400"}, {"JPY", "392"}, {"KES", "404"}, {"KGS", "417"}, {"KHR", "116"},
    {"KMF", "174"}, {"KPW", "408"}, {"KRW", "410"}, {"KWD", "414"}, {"KYD", "136"}, {"KZT", "398"},
    {"LAK", "418"}, {"LBP", "422"}, {"LKR", "144"}, {"LRD", "430"}, {"LSL", "426"}, {"LYD", "434"},
    {"MAD", "504"}, {"MDL", "498"}, {"MGA", "969"}, {"MKD", "807"}, {"MMK", "104"}, {"MNT", "496"},
    {"MOP", "446"}, {"MRU", "929"}, {"MUR", "480"}, {"MVR", "462"}, {"MWK", "454"}, {"MXN", "484"},
    {"MXV", "979"}, {"MYR", "458"}, {"MZN", "943"}, {"NAD", "516"}, {"NGN", "566"}, {"NIO", "558"},
    {"NOK", "578"}, {"NPR", "524"}, {"NZD", "554"}, {"OMR", "512"}, {"PAB", "590"}, {"PEN", "604"},
    {"PGK", "598"}, {"PHP", "608"}, {"PKR", "586"}, {"PLN", "985"}, {"PYG", "600"}, {"QAR", "634"},
    {"RON", "946"}, {"RSD", "941"}, {"RUB", "643"}, {"RWF", "646"}, {"SAR", "682"}, {"SBD", "090"},
    {"SCR", "690"}, {"SDG", "938"}, {"SEK", "752"}, {"SGD", "702"}, {"SHP", "654"}, {"SLE", "925"},
    {"SOS", "706"}, {"SRD", "968"}, {"SSP", "728"}, {"STN", "930"}, {"SVC", "222"}, {"SYP", "760"},
    {"SZL", "748"}, {"THB", "764"}, {"TJS", "972"}, {"TMT", "934"}, {"TND", "788"}, {"TOP", "776"},
    {"TRY", "949"}, {"TTD", "780"}, {"TWD", "901"}, {"TZS", "834"}, {"UAH", "980"}, {"UGX", "800"},
    {"USD", "840"}, {"USN", "997"}, {"UYI", "940"}, {"UYU", "858"}, {"UYW", "927"}, {"UZS", "860"},
    {"VED", "926"}, {"VES", "928"}, {"VND", "704"}, {"VUV", "548"}, {"WST", "882"}, {"XAD", "396"},
    {"XAF", "950"}, {"XAG", "961"}, {"XAU", "959"}, {"XCD", "951"}, {"XCG", "532"}, {"XDR", "960"},
    {"XOF", "952"}, {"XPD", "964"}, {"XPF", "953"}, {"XPT", "962"}, {"XSU", "994"}, {"XUA", "965"},
    {"YER", "886"}, {"ZAR", "710"}, {"ZMW", "967"}, {"ZWG", "924"},
};

struct Spelling {
  std::string_view text;  // lower case, without points
  std::string_view code;
};

// National spellings, as accounting systems and price lists write them.
constexpr Spelling kSpellings[] = {
    {"руб", "RUB"},    {"рубль", "RUB"},  {"рубли", "RUB"},      {"рублей", "RUB"},
    {"р", "RUB"},      {"₽", "RUB"},    {"rur", "RUB"},        {"810", "RUB"},
    {"грн", "UAH"},    {"гривна", "UAH"}, {"₴", "UAH"},          {"тенге", "KZT"},
    {"тг", "KZT"},     {"₸", "KZT"},      {"бел руб", "BYN"},    {"byr", "BYN"},
    {"сум", "UZS"},    {"сом", "KGS"},    {"драм", "AMD"},       {"лари", "GEL"},
    {"доллар", "USD"}, {"долл", "USD"},   {"доллар сша", "USD"}, {"у е", "USD"},
    {"$", "USD"},      {"us$", "USD"},    {"евро", "EUR"},       {"euro", "EUR"},
    {"€", "EUR"},      {"юань", "CNY"},   {"юани", "CNY"},       {"rmb", "CNY"},
    {"¥", "CNY"},      {"фунт", "GBP"},   {"£", "GBP"},          {"лира", "TRY"},
    {"₺", "TRY"},      {"злотый", "PLN"}, {"zł", "PLN"},         {"франк", "CHF"},
    {"иена", "JPY"},   {"дирхам", "AED"}, {"рупия", "INR"},      {"₹", "INR"},
};

class UnitTable final : public LookupTable {
 public:
  std::string_view Find(std::string_view text) const override { return domain::UnitOfText(text); }
  std::string_view description() const override {
    return "a known unit of measure (OKEI code, Russian symbol or Rec 20 code)";
  }
  std::span<const std::string_view> texts() const override { return domain::UnitTexts(); }
};

class CurrencyTable final : public LookupTable {
 public:
  CurrencyTable() {
    for (const Currency& currency : kCurrencies) {
      codes_.emplace(std::string(currency.code), currency.code);
      codes_.emplace(std::string(currency.number), currency.code);
      texts_.push_back(currency.code);
    }
    for (const Spelling& spelling : kSpellings) {
      codes_.emplace(std::string(spelling.text), spelling.code);
      texts_.push_back(spelling.text);
    }
  }

  std::string_view Find(std::string_view text) const override {
    if (const auto found = codes_.find(AbslView(text)); found != codes_.end()) return found->second;
    const auto found = codes_.find(Normal(text));
    return found == codes_.end() ? std::string_view() : found->second;
  }
  std::string_view description() const override {
    return "a known currency (ISO 4217 code or number, or a national spelling)";
  }
  std::span<const std::string_view> texts() const override { return texts_; }

 private:
  // Latin letters upper case where it is a code, Cyrillic ones lower case, points as spaces.
  static std::string Normal(std::string_view text) {
    std::string latin = absl::AsciiStrToUpper(AbslView(text));
    if (latin.size() == 3 && std::all_of(latin.begin(), latin.end(), absl::ascii_isalpha)) {
      const auto known = std::find_if(std::begin(kCurrencies), std::end(kCurrencies),
                                      [&](const Currency& c) { return c.code == latin; });
      if (known != std::end(kCurrencies)) return latin;
    }
    std::string normal;
    for (size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
      if (byte == '.') {
        normal += ' ';
      } else if (byte == 0xD0 && next >= 0x90 && next <= 0x9F) {  // А to П
        normal += {static_cast<char>(0xD0), static_cast<char>(next + 0x20)};
        ++i;
      } else if (byte == 0xD0 && next >= 0xA0 && next <= 0xAF) {  // Р to Я
        normal += {static_cast<char>(0xD1), static_cast<char>(next - 0x20)};
        ++i;
      } else {
        normal += absl::ascii_tolower(byte);
      }
    }
    while (!normal.empty() && normal.back() == ' ') normal.pop_back();
    return normal;
  }

  absl::flat_hash_map<std::string, std::string_view> codes_;
  std::vector<std::string_view> texts_;
};

}  // namespace

const LookupTable* FindLookupTable(std::string_view name) {
  static const auto* units = new UnitTable;
  static const auto* currencies = new CurrencyTable;
  if (name == "okei") return units;
  return name == "currency" ? currencies : nullptr;
}

bool IsCurrency(std::string_view code) {
  return std::any_of(std::begin(kCurrencies), std::end(kCurrencies),
                     [code](const Currency& currency) { return currency.code == code; });
}

}  // namespace entrepot::mapping
