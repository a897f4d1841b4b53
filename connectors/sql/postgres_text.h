// PostgreSQL's texts: what its types look like on the way to the hub, and arrays on the way back.
#pragma once

#include <string>
#include <string_view>

#include "driver.h"

namespace entrepot::sql {

// A type by its number in pg_type.
struct PostgresType {
  enum class Form { kAsIs, kBoolean, kTimestamp, kTimestampWithZone, kRefused };
  std::string name;  // of those that are known here
  Form form = Form::kAsIs;
  bool rounds = false;
};
PostgresType TypeOf(unsigned int oid);

// A cell for the hub: "true", "2026-11-25T02:28:03Z". `buffer` holds what had to be rewritten.
// Throws SqlError for binary values and for money, whose text depends on the server's language.
std::string_view ForHub(const PostgresType& type, std::string_view column, std::string_view text,
                        std::string* buffer);

// Appends an element to an array's text; the caller writes the braces.
void AppendElement(const OwnText& element, std::string* array);

}  // namespace entrepot::sql
