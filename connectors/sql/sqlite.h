// SQLite as a Database.
#pragma once

#include <memory>

#include "driver.h"
#include "sqlite_session.h"

namespace entrepot::sql {

std::unique_ptr<Database> MakeSqlite(SqliteOptions options);

}  // namespace entrepot::sql
