// The rows of a query on SQLite, one at a time.
#pragma once

#include <string>
#include <vector>

#include "sqlite_session.h"

namespace entrepot::sql {

class SqliteRows final : public Rows {
 public:
  // `session` outlives it.
  SqliteRows(SqliteSession* session, const std::string& sql, const std::vector<Text>& parameters);

  const std::vector<Column>& columns() const override { return columns_; }
  bool Next() override;
  Text Cell(size_t column) override { return Exact(column); }
  Text Exact(size_t column) override;

 private:
  SqliteSession* const session_;
  SqliteSession::Prepared statement_;
  std::vector<Column> columns_;
  std::string buffer_;
};

}  // namespace entrepot::sql
