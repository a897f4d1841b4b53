// The rows of a query on PostgreSQL: a cursor of the server, from which a few megabytes of rows are
// fetched at a time.
#pragma once

#include <string>
#include <vector>

#include "driver.h"
#include "postgres_connection.h"
#include "postgres_text.h"

namespace entrepot::sql {

class PostgresRows final : public Rows {
 public:
  // Fetches the first rows. `connection` outlives it; the end of the transaction closes the cursor.
  PostgresRows(PostgresConnection* connection, const std::string& sql,
               const std::vector<Text>& parameters);

  const std::vector<Column>& columns() const override { return columns_; }
  bool Next() override;
  Text Cell(size_t column) override;
  Text Exact(size_t column) override;

 private:
  void Fetch();

  PostgresConnection* const connection_;
  const std::string cursor_;
  Result fetched_;
  int row_ = -1;
  bool last_ = false;  // nothing comes after what is fetched
  std::vector<Column> columns_;
  std::vector<PostgresType> types_;
  std::string buffer_;
};

}  // namespace entrepot::sql
