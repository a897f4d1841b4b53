// A Session on PostgreSQL.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver.h"
#include "postgres_array.h"
#include "postgres_connection.h"

namespace entrepot::sql {

class PostgresSession final : public Session {
 public:
  // `options` outlive it. Throws SqlError.
  PostgresSession(const PostgresOptions& options, Purpose purpose, const sdk::Call& call);

  void Use(const sdk::Call* call) override;
  const sdk::Call& call() const override { return *call_; }
  bool usable() override { return connection_.usable(); }
  bool Answers() override;
  void Begin(Mode mode) override;
  void Commit() override;
  void Rollback() noexcept override;
  char mark() const override { return '$'; }
  std::unique_ptr<Rows> Query(const std::string& sql, const std::vector<Text>& parameters) override;
  bool keeps_queries() const override { return true; }
  RowResults RunForAll(const Statement& statement, const ParameterTable& parameters) override;
  std::vector<std::string> RoundedParameters(const Statement& statement) override;
  void Explain(const Statement& statement) override;
  OwnText Floor(const Column& column, const OwnText& example, int64_t lag_ms) override;
  bool Before(const Column& column, const std::string& a, const std::string& b) override;
  bool ProveAlone() override;
  std::string Version() override;
  std::vector<Table> Tables(size_t tables_max) override;

 private:
  // A statement as the server has it.
  struct Prepared {
    std::string name;
    std::vector<std::string> types;  // of its parameters
    std::optional<ArrayStatement> array;
    std::string array_name;
  };
  struct Range {
    size_t begin = 0;
    size_t end = 0;
    size_t size() const { return end - begin; }
  };
  const Prepared& PrepareOnce(const Statement& statement);
  std::vector<std::string> ParameterTypes(const std::string& name);
  void PrepareArray(const Statement& statement, Prepared* prepared);
  void RunRange(const Prepared& prepared, const ParameterTable& parameters, Range range,
                RowResults* results);
  void RunTogether(const Prepared& prepared, const ParameterTable& parameters, Range range,
                   RowResults* results);
  bool RunArray(const Prepared& prepared, const ParameterTable& parameters, Range range,
                RowResults* results);
  void RunSingle(const Prepared& prepared, const ParameterTable& parameters, size_t row,
                 RowResults* results);

  const sdk::Call* call_;
  PostgresConnection connection_;
  bool in_transaction_ = false;
  std::map<std::string, Prepared> prepared_;  // by text
};

}  // namespace entrepot::sql
