#include "postgres_text.h"

namespace entrepot::sql {
namespace {

using Form = PostgresType::Form;

// "2026-11-25 02:28:03.5+00" becomes "2026-11-25T02:28:03.5Z"; the session's zone is UTC. What is
// no such moment ("infinity", years before Christ) stays as it is, and the mapping says so.
std::string_view Moment(std::string_view text, bool has_zone, std::string* buffer) {
  if (text.size() < 19 || text[10] != ' ') return text;
  buffer->assign(text);
  (*buffer)[10] = 'T';
  if (!has_zone) return *buffer;
  const std::string_view zone = "+00";
  if (!text.ends_with(zone)) return text;
  buffer->resize(buffer->size() - zone.size());
  *buffer += 'Z';
  return *buffer;
}

}  // namespace

PostgresType TypeOf(unsigned int oid) {
  switch (oid) {
    case 16: return {"boolean", Form::kBoolean};
    case 17: return {"bytea", Form::kRefused};
    case 20: return {"bigint"};
    case 21: return {"smallint"};
    case 23: return {"integer"};
    case 25: return {"text"};
    case 700: return {"real", Form::kAsIs, true};
    case 701: return {"double precision", Form::kAsIs, true};
    case 790: return {"money", Form::kRefused};
    case 1042: return {"character"};
    case 1043: return {"character varying"};
    case 1082: return {"date"};
    case 1114: return {"timestamp without time zone", Form::kTimestamp};
    case 1184: return {"timestamp with time zone", Form::kTimestampWithZone};
    case 1700: return {"numeric"};
    case 2950: return {"uuid"};
    default: return {};
  }
}

std::string_view ForHub(const PostgresType& type, std::string_view column, std::string_view text,
                        std::string* buffer) {
  switch (type.form) {
    case Form::kAsIs: return text;
    case Form::kBoolean: return text == "t" ? "true" : "false";
    case Form::kTimestamp: return Moment(text, false, buffer);
    case Form::kTimestampWithZone: return Moment(text, true, buffer);
    case Form::kRefused: break;
  }
  const std::string name(column);
  const std::string way = type.name == "money" ? name + "::numeric" : "encode(" + name + ", 'hex')";
  throw SqlError(Trouble::kConfiguration, "column '" + name + "' is of type " + type.name +
                                              ", which has no text of its own: select " + way +
                                              " AS " + name + " instead");
}

void AppendElement(const OwnText& element, std::string* array) {
  if (!element) {
    *array += "NULL";
    return;
  }
  *array += '"';
  for (const char c : *element) {
    if (c == '"' || c == '\\') *array += '\\';
    *array += c;
  }
  *array += '"';
}

}  // namespace entrepot::sql
