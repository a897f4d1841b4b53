// Keys of records by id, for tables that show references. Asks the hub once for each record. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "app/entrepot/hub.h"
#include "core/domain/kind.h"

namespace entrepot::cli {

class Names {
 public:
  explicit Names(Hub& hub) : hub_(hub) {}

  // The key ("C-001"); "#17" where the record cannot be read. Empty for 0.
  const std::string& Key(uint64_t id);
  // The key of a body, references as keys.
  std::string Key(const domain::KindInfo& info, const google::protobuf::Message& body);
  // A field's value as text; references as keys.
  std::string Value(const google::protobuf::Message& message,
                    const google::protobuf::FieldDescriptor& field, int index = -1);

 private:
  Hub& hub_;
  std::map<uint64_t, std::string> keys_;
};

}  // namespace entrepot::cli
