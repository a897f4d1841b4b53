#include "postgres_rows.h"

#include <algorithm>

namespace entrepot::sql {
namespace {

constexpr size_t kRowsFetchedFirst = 200;
constexpr size_t kRowsFetchedMax = 5000;
// What a fetch aims at, by the size of the rows before.
constexpr size_t kBytesFetched = 4u << 20;

}  // namespace

PostgresRows::PostgresRows(PostgresConnection* connection, const std::string& sql,
                           const std::vector<Text>& parameters)
    : connection_(connection),
      cursor_("entrepot_cursor_" + std::to_string(connection->NextNumber())) {
  connection_->Run("DECLARE " + cursor_ + " NO SCROLL CURSOR FOR " + sql, parameters);
  Fetch();
  for (int i = 0; i < PQnfields(fetched_.get()); ++i) {
    types_.push_back(TypeOf(PQftype(fetched_.get(), i)));
    columns_.push_back({PQfname(fetched_.get(), i), types_.back().name, types_.back().rounds});
  }
}

void PostgresRows::Fetch() {
  const auto before = static_cast<size_t>(fetched_ == nullptr ? 0 : PQntuples(fetched_.get()));
  size_t count = kRowsFetchedFirst;
  if (before > 0) {
    const size_t row_bytes = PQresultMemorySize(fetched_.get()) / before + 1;
    count = std::clamp<size_t>(kBytesFetched / row_bytes, 1, kRowsFetchedMax);
  }
  fetched_ = connection_->Run("FETCH FORWARD " + std::to_string(count) + " FROM " + cursor_);
  row_ = -1;
  last_ = static_cast<size_t>(PQntuples(fetched_.get())) < count;
}

bool PostgresRows::Next() {
  if (row_ + 1 >= PQntuples(fetched_.get())) {
    if (last_) return false;
    Fetch();
    if (PQntuples(fetched_.get()) == 0) return false;
  }
  ++row_;
  return true;
}

Text PostgresRows::Exact(size_t column) {
  const auto at = static_cast<int>(column);
  if (PQgetisnull(fetched_.get(), row_, at) != 0) return std::nullopt;
  return std::string_view(PQgetvalue(fetched_.get(), row_, at),
                          static_cast<size_t>(PQgetlength(fetched_.get(), row_, at)));
}

Text PostgresRows::Cell(size_t column) {
  const Text text = Exact(column);
  if (!text) return text;
  return ForHub(types_[column], columns_[column].name, *text, &buffer_);
}

}  // namespace entrepot::sql
