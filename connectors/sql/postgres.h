// PostgreSQL as a Database.
#pragma once

#include <memory>

#include "driver.h"
#include "postgres_connection.h"

namespace entrepot::sql {

std::unique_ptr<Database> MakePostgres(PostgresOptions options);

}  // namespace entrepot::sql
