// The generated structs against protobuf itself: same bytes out, same meaning in.
#include "entrepot/sdk/messages.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <random>

#include "entrepot/connector/v1/connector.pb.h"
#include "entrepot/v1/record.pb.h"
#include "gtest/gtest.h"

namespace entrepot::sdk {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Fills messages with whatever their descriptors allow; the same seed, the same message.
class Filler {
 public:
  explicit Filler(uint32_t seed) : random_(seed) {}

  void Fill(Message* message, int depth = 0) {
    const auto* descriptor = message->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (field->is_repeated()) {
        for (uint32_t n = random_() % 4; n > 0; --n) Set(message, field, depth);
      } else if (random_() % 4 != 0) {
        Set(message, field, depth);
      }
    }
  }

 private:
  int64_t Number() {
    switch (random_() % 5) {
      case 0: return 0;
      case 1: return static_cast<int64_t>(random_() % 200);
      case 2: return -static_cast<int64_t>(random_() % 200);
      case 3: return static_cast<int64_t>(random_()) << 31;
      default: return static_cast<int64_t>(random_());
    }
  }
  std::string Text() {
    // Long enough at times for lengths of two and three bytes.
    const size_t sizes[] = {0, 1, 7, 127, 128, 300, 20000};
    return std::string(sizes[random_() % (random_() % 50 == 0 ? 7 : 6)], 'x');
  }

  void Set(Message* message, const FieldDescriptor* field, int depth) {
    const Reflection* reflection = message->GetReflection();
    const bool add = field->is_repeated();
#define ENTREPOT_SET(Type, value)                      \
  add ? reflection->Add##Type(message, field, (value)) \
      : reflection->Set##Type(message, field, (value))
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        ENTREPOT_SET(Int32, static_cast<int32_t>(Number()));
        break;
      case FieldDescriptor::CPPTYPE_INT64: ENTREPOT_SET(Int64, Number()); break;
      case FieldDescriptor::CPPTYPE_UINT32:
        ENTREPOT_SET(UInt32, static_cast<uint32_t>(Number()));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        ENTREPOT_SET(UInt64, static_cast<uint64_t>(Number()));
        break;
      case FieldDescriptor::CPPTYPE_BOOL: ENTREPOT_SET(Bool, random_() % 2 == 0); break;
      case FieldDescriptor::CPPTYPE_ENUM:
        ENTREPOT_SET(EnumValue, static_cast<int>(random_() % 12));
        break;
      case FieldDescriptor::CPPTYPE_STRING: ENTREPOT_SET(String, Text()); break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(add ? reflection->AddMessage(message, field)
                 : reflection->MutableMessage(message, field),
             depth + 1);
        break;
      default: FAIL() << field->full_name();
    }
#undef ENTREPOT_SET
  }

  std::mt19937 random_;
};

template <typename Proto, typename Struct>
void ExpectSameBytes() {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    Proto proto;
    Filler(seed).Fill(&proto);
    const std::string bytes = proto.SerializeAsString();
    const Struct message = Struct::Decode(bytes);
    ASSERT_EQ(message.Encode(), bytes) << proto.ShortDebugString();
    ASSERT_EQ(Struct::Decode(message.Encode()), message);
  }
}

TEST(Messages, EncodeToTheBytesOfProtobuf) {
  namespace c = ::entrepot::connector::v1;
  ExpectSameBytes<v1::Record, Record>();
  ExpectSameBytes<c::Manifest, Manifest>();
  ExpectSameBytes<c::OpenRequest, OpenRequest>();
  ExpectSameBytes<c::CheckResponse, CheckResponse>();
  ExpectSameBytes<c::DiscoverResponse, DiscoverResponse>();
  ExpectSameBytes<c::ReadRequest, ReadRequest>();
  ExpectSameBytes<c::ReadResponse, ReadResponse>();
  ExpectSameBytes<c::ApplyRequest, ApplyRequest>();
  ExpectSameBytes<c::ApplyResponse, ApplyResponse>();
  ExpectSameBytes<c::FindRequest, FindRequest>();
  ExpectSameBytes<c::FindResponse, FindResponse>();
  ExpectSameBytes<c::ListRequest, ListRequest>();
  ExpectSameBytes<c::ListResponse, ListResponse>();
}

TEST(Messages, CarryEveryKindOfRecord) {
  const auto* oneof = v1::Record::descriptor()->FindOneofByName("body");
  EXPECT_EQ(static_cast<size_t>(oneof->field_count() + 1),
            std::variant_size_v<decltype(Record::body)>);
  for (int i = 0; i < oneof->field_count(); ++i) {
    v1::Record proto;
    Message* body = proto.GetReflection()->MutableMessage(&proto, oneof->field(i));
    Filler(11).Fill(body);
    const Record record = Record::Decode(proto.SerializeAsString());
    EXPECT_EQ(record.body_name(), oneof->field(i)->name());
    EXPECT_EQ(record.Encode(), proto.SerializeAsString());
  }
  EXPECT_EQ(Record().body_name(), "");
}

TEST(Messages, KeepAnEmptyMessageWhichIsZero) {
  Supply supply;
  supply.quantity = Decimal{};
  const Supply decoded = Supply::Decode(supply.Encode());
  ASSERT_TRUE(decoded.quantity.has_value());
  EXPECT_FALSE(decoded.line.has_value());
  v1::Supply proto;
  ASSERT_TRUE(proto.ParseFromString(supply.Encode()));
  EXPECT_TRUE(proto.has_quantity());
}

TEST(Messages, SkipFieldsThatTheyDoNotKnow) {
  // ReadRequest is known to have the fields 1 to 5; these look like fields of a later hub.
  connector::v1::OpenRequest later;
  later.set_time_zone("Europe/Berlin");  // field 5, another type than ReadRequest's
  later.set_connection("stock");         // field 2
  later.mutable_datasets()->Add()->set_name("x");
  const ReadRequest read = ReadRequest::Decode(later.SerializeAsString());
  EXPECT_EQ(read.cursor, "stock");
  EXPECT_EQ(read.bytes_max, 0u);
  const std::string unknown(
      "\xfa\x3e\x03"
      "abc"
      "\xf8\x3e\x05"
      "\xfd\x3e"
      "1234",
      15);
  EXPECT_EQ(ReadRequest::Decode(unknown), ReadRequest());
}

TEST(Messages, ThrowOnDamagedBytesAndDoNothingWorse) {
  connector::v1::ApplyRequest proto;
  Filler(3).Fill(&proto);
  while (proto.items_size() < 2) Filler(4).Fill(proto.add_items());
  const std::string whole = proto.SerializeAsString();
  int thrown = 0;
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    for (uint32_t flips = random() % 3; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    try {
      (void)ApplyRequest::Decode(bytes);
    } catch (const protozero::exception&) {
      ++thrown;
    }
  }
  EXPECT_GT(thrown, 1000);
}

TEST(Messages, KeepEnumValuesOfALaterHub) {
  v1::Supply proto;
  proto.set_status(static_cast<v1::SupplyStatus>(99));
  const Supply supply = Supply::Decode(proto.SerializeAsString());
  EXPECT_EQ(static_cast<int>(*supply.status), 99);
  EXPECT_EQ(supply.Encode(), proto.SerializeAsString());
}

}  // namespace
}  // namespace entrepot::sdk
