#include "core/mapping/record_mapper.h"

#include "core/base/reason.h"
#include "tests/unit/mapping/mapping_fixture.h"

namespace entrepot::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Writes bodies of a kind, given as text, and shows the row as "column=cell …"; "~" is absent.
class Written {
 public:
  Written(std::string_view kind, const std::string& mapping) : kind_(KindNamed(kind)) {
    auto mapper = RecordMapper::Compile(kind_, MappingOf(mapping), Moscow());
    EXPECT_TRUE(mapper.ok()) << mapper.status();
    if (mapper.ok()) mapper_ = *std::move(mapper);
  }

  std::string operator()(const std::string& body, RecordView record = {}) {
    const std::unique_ptr<google::protobuf::Message> message(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(kind_.descriptor)
            ->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(body, message.get())) << body;
    record.body = message.get();
    const ReferenceText reference = [](domain::Kind kind, uint64_t id) {
      return id == 404 ? "" : domain::InfoOf(kind).name + "-" + std::to_string(id);
    };
    connector::v1::Row row;
    const absl::Status status = mapper_->Map(record, reference, &row);
    if (!status.ok()) return std::string(status.message());
    std::string shown;
    for (int i = 0; i < row.cells_size(); ++i) {
      const bool absent = std::count(row.absent().begin(), row.absent().end(), i) > 0;
      shown += (i == 0 ? "" : " ") + mapper_->columns()[i] + "=" + (absent ? "~" : row.cells(i));
    }
    return shown + (row.deleted() ? " deleted" : "");
  }

 private:
  const domain::KindInfo& kind_;
  std::unique_ptr<RecordMapper> mapper_;
};

WritingCheck CheckOf(std::string_view kind, const std::string& mapping) {
  return CheckWriting(KindNamed(kind), MappingOf(mapping), Moscow());
}
std::vector<std::string> Lines(const std::vector<MappingProblem>& problems) {
  std::vector<std::string> lines;
  for (const MappingProblem& problem : problems) {
    lines.push_back(problem.path + ": " + problem.message);
  }
  return lines;
}

// A client with a key of its own in the table, and one more thing.
std::string Client(const std::string& more) {
  return R"(key: "id" fields { key: "code" value { from: "hub_no" } })" + more;
}

TEST(RecordMapper, SaysInTheColumnsWhatTheyAreReadFrom) {
  Written client("client", Client(R"(fields { key: "name" value { from: "title" } })"));
  EXPECT_EQ(client(R"(code: "C-7" name: "Alfa")"), "hub_no=C-7 title=Alfa id=~");
  EXPECT_EQ(client(R"(code: "C-7")"), "hub_no=C-7 title=~ id=~");
}

TEST(RecordMapper, FillsTheKeysColumnsFromTheOutsideId) {
  Written client("client", Client(""));
  EXPECT_EQ(client(R"(code: "C-7")", {.outside_id = "4711"}), "hub_no=C-7 id=4711");
  Written price("price", R"(key: ["a", "b"]
      fields { key: "price_type" value { from: "b" } })");
  EXPECT_EQ(price(R"(price_type: "retail")", {.outside_id = "x\\/y/old"}), "b=retail a=x/y");
}

TEST(RecordMapper, WritesNumbersDatesAndTimesInTheirFormats) {
  Written contract("contract", R"(key: "n"
      formats { decimal_separator: "," group_separator: " " date: "%d.%m.%Y" }
      fields { key: "number" value { from: "n" } }
      fields { key: "client_id" value { from: "who" } }
      fields { key: "valid_from" value { from: "since" } }
      fields { key: "payment_days" value { from: "days" } }
      fields { key: "partial_delivery_allowed" value { from: "parts" } }
      fields { key: "credit_limit" value { from: "limit" } })");
  EXPECT_EQ(contract(R"(number: "1" client_id: 7 valid_from { year: 2026 month: 11 day: 4 }
                        payment_days: 0 partial_delivery_allowed: false
                        credit_limit { amount { units: -1250000 nanos: -50000000 }
                                       currency: "RUB" })"),
            "n=1 who=client-7 since=04.11.2026 days=0 limit=-1250000,05 parts=0");
  Written stock("stock_level", R"(key: "p" formats { time: "%d.%m.%Y %H:%M:%S" }
      fields { key: "product_id" value { from: "p" } }
      fields { key: "as_of" value { from: "at" } })");
  EXPECT_EQ(stock("product_id: 1 as_of { seconds: 1795523400 nanos: 250000000 }"),
            "p=product-1 at=24.11.2026 15:30:00.25");
}

TEST(RecordMapper, WritesTheTextThatMeansTheValue) {
  Written supply("supply", R"(key: "n" fields { key: "line" value { from: "n" } }
      fields { key: "status" value { from: "s" values { key: "в пути" value: "expected" }
                                     values { key: "пришло" value: "received" } } })");
  EXPECT_EQ(supply(R"(line: "1" status: SUPPLY_STATUS_EXPECTED)"), "n=1 s=в пути");
  EXPECT_THAT(supply(R"(line: "1" status: SUPPLY_STATUS_CANCELLED)"),
              HasSubstr("status cannot be written into column «s»: none of its `values` means "
                        "\"cancelled\""));
}

TEST(RecordMapper, PutsElementsWhereTheirConstantsAre) {
  Written client("client", Client(R"(fields { key: "contact_points" value {
      items { fields { key: "type" value { constant: "phone" } }
              fields { key: "value" value { from: "phone" } } }
      items { fields { key: "type" value { constant: "email" } }
              fields { key: "value" value { from: "mail" } }
              fields { key: "person" value { from: "who" } } } } })"));
  EXPECT_EQ(client(R"(code: "C" contact_points { type: CONTACT_POINT_TYPE_EMAIL value: "a@b.c"
                                                person: "Anna" }
                      contact_points { type: CONTACT_POINT_TYPE_PHONE value: "+7" }
                      contact_points { type: CONTACT_POINT_TYPE_PHONE value: "+8" })"),
            "hub_no=C phone=+7 mail=a@b.c who=Anna id=~");
}

TEST(RecordMapper, JoinsWhatIsSplitAndRefusesWhatWouldNotComeApartAgain) {
  Written product("product", R"(key: "sku" fields { key: "sku" value { from: "sku" } }
      fields { key: "barcodes" value { from: "ean" split: "," } })");
  EXPECT_EQ(product(R"(sku: "A" barcodes: "1" barcodes: "2")"), "sku=A ean=1,2");
  EXPECT_THAT(product(R"(sku: "A" barcodes: "1,5")"),
              HasSubstr("barcodes cannot be written into column «ean»: «1,5» holds \",\""));
}

TEST(RecordMapper, WritesNoAmountThatWouldBeReadInAnotherCurrency) {
  const std::string euro =
      R"(product_id: 1 price { amount { units: 5 } currency: "EUR" } price_type: "a")";
  Written plain("price", R"(key: "p" fields { key: "price" value { from: "p" } })");
  EXPECT_THAT(plain(euro), HasSubstr("it is in «EUR», and the column holds amounts in RUB only"));
  const auto items = [](const std::string& currency) {
    return R"(key: "p" fields { key: "price" value { items {
                fields { key: "amount" value { from: "p" } })" +
           currency + "} } }";
  };
  EXPECT_THAT(Written("price", items(""))(euro), HasSubstr("it is in «EUR»"));
  EXPECT_EQ(Written("price", items(R"(fields { key: "currency" value { from: "c" } })"))(euro),
            "p=5 c=EUR");
  EXPECT_EQ(
      Written("price", items(R"(fields { key: "currency" value { constant: "EUR" } })"))(euro),
      "p=5");
}

TEST(RecordMapper, ReferringToNothingIsRefused) {
  Written contract("contract", R"(key: "n" fields { key: "client_id" value { from: "c" } })");
  EXPECT_THAT(contract("client_id: 404"),
              HasSubstr("client_id cannot be written into column «c»: it refers to client #404"));
}

TEST(RecordMapper, WriteSaysWhatReadingDoesNot) {
  Written client("client", Client(R"(
      fields { key: "name" value { from: "title" match: "(.*) Ltd" replace: "\\1" } }
      fields { key: "comment" value { from: "generated" } }
      write { key: "title" value { from: "name" } }
      write { key: "generated" value { omit: true } }
      write { key: "hub_rev" value { from: "hub.revision" } }
      write { key: "source" value { constant: "hub" } }
      write { key: "gone" value { from: "hub.deleted" values { key: "true" value: "Y" }
                                  values { key: "false" value: "N" } } })"));
  EXPECT_EQ(client(R"(code: "C" name: "Alfa" comment: "x")", {.revision = 3, .deleted = true}),
            "hub_no=C gone=Y hub_rev=3 source=hub title=Alfa id=~ deleted");
}

TEST(CheckWriting, NotesWhatIsReadAndNotWritten) {
  const WritingCheck check = CheckOf("client", Client(R"(
      fields { key: "name" value { from: "title" match: "(.*) Ltd" replace: "\\1" } }
      fields { key: "comment" value { join { columns: ["a", "b"] } } })"));
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_THAT(Lines(check.notes),
              ElementsAre(HasSubstr("fields.name: \"name\" is read and not written: its text is "
                                    "replaced when it is read; to write it, say under write what "
                                    "stands in the column, like `title: name`"),
                          HasSubstr("fields.comment: \"comment\" is read and not written: it is "
                                    "joined from several columns")));
}

TEST(CheckWriting, WantsToKnowWhichOfSeveralTextsIsWritten) {
  const std::string read = R"(key: "n" fields { key: "line" value { from: "n" } }
      fields { key: "status" value { from: "s" values { key: "b" value: "expected" }
                                     values { key: "a" value: "expected" } } })";
  EXPECT_THAT(Lines(CheckOf("supply", read).problems),
              ElementsAre(HasSubstr("fields.status.values: «a» and «b» both mean \"expected\"")));
  const std::string said =
      read + R"(write { key: "s" value { from: "status" values { key: "expected" value: "b" } } })";
  EXPECT_THAT(CheckOf("supply", said).problems, IsEmpty());
  EXPECT_EQ(Written("supply", said)("status: SUPPLY_STATUS_EXPECTED"), "n=~ s=b");
}

TEST(CheckWriting, WantsToKnowWhichOfTwoFieldsOfAColumnIsWritten) {
  EXPECT_THAT(Lines(CheckOf("client", Client(R"(
                  fields { key: "name" value { from: "title" } }
                  fields { key: "legal_name" value { from: "title" } })"))
                        .problems),
              ElementsAre(HasSubstr("fields.legal_name: column «title» is read into \"name\" and "
                                    "\"legal_name\"")));
}

TEST(CheckWriting, NamesTheNearestFieldAndColumn) {
  EXPECT_THAT(
      Lines(CheckOf("client", Client(R"(write { key: "x" value { from: "nam" } })")).problems),
      ElementsAre(HasSubstr("write.x.from: client has no field \"nam\"; did you mean \"name\"?")));
  EXPECT_THAT(
      Lines(CheckOf("client", Client(R"(write { key: "x" value { from: "hub.rev" } })")).problems),
      ElementsAre(HasSubstr("there is no \"hub.rev\"; known are hub.key")));
  EXPECT_THAT(
      Lines(CheckOf("client", Client(R"(write { key: "hubno" value { omit: true } })")).problems),
      ElementsAre(HasSubstr("column «hubno» is not read, so it would not be written anyway; did "
                            "you mean \"hub_no\"?")));
  EXPECT_THAT(Lines(CheckOf("client", Client(R"(write { key: "x" value {} })")).problems),
              ElementsAre(HasSubstr("write.x: say what is written")));
  EXPECT_THAT(
      Lines(CheckOf("client", Client(R"(write { key: "x" value { from: "contact_points" } })"))
                .problems),
      ElementsAre(HasSubstr("\"contact_points\" has many elements")));
  EXPECT_THAT(Lines(CheckOf("supply", R"(key: "n" fields { key: "line" value { from: "n" } }
                  write { key: "s" value { from: "status" values { key: "recieved" value: "x" } } })")
                        .problems),
              ElementsAre(HasSubstr("write.s.values.recieved: «recieved» is not one of")));
}

TEST(OutsideId, ComesApartAsItWasPutTogether) {
  EXPECT_THAT(SplitOutsideId("a/b", 1), ElementsAre("a/b"));
  EXPECT_THAT(SplitOutsideId(R"(a\/b/c\\)", 2), ElementsAre("a/b", R"(c\)"));
  EXPECT_THAT(SplitOutsideId("a/b", 3), IsEmpty());
}

}  // namespace
}  // namespace entrepot::mapping
