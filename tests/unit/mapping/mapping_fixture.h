// Mappings and rows as short texts, for the tests of core/mapping.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/domain/kind.h"
#include "core/mapping/mapping.h"
#include "google/protobuf/text_format.h"

namespace entrepot::mapping {

inline Environment Moscow() {
  Environment environment;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Moscow", &environment.time_zone));
  environment.currency = "RUB";
  return environment;
}

inline config::v1::Mapping MappingOf(const std::string& text) {
  config::v1::Mapping mapping;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &mapping)) << text;
  return mapping;
}

inline const domain::KindInfo& KindNamed(std::string_view name) { return **domain::FindKind(name); }

// A mapper with columns, and what became of the last row.
class Rows {
 public:
  Rows(std::string_view kind, const std::string& mapping, std::vector<std::string> columns)
      : body_(google::protobuf::MessageFactory::generated_factory()
                  ->GetPrototype(KindNamed(kind).descriptor)
                  ->New()) {
    auto mapper = RowMapper::Compile(KindNamed(kind), MappingOf(mapping), Moscow());
    EXPECT_TRUE(mapper.ok()) << mapper.status();
    if (!mapper.ok()) return;
    mapper_ = *std::move(mapper);
    const absl::Status bound = Bind(std::move(columns));
    EXPECT_TRUE(bound.ok()) << bound;
  }

  absl::Status Bind(std::vector<std::string> columns) {
    google::protobuf::RepeatedPtrField<std::string> names(columns.begin(), columns.end());
    return mapper_->BindColumns(names);
  }

  RowOutcome Map(const std::vector<std::string>& cells) {
    connector::v1::Row row;
    for (const std::string& cell : cells) row.add_cells(cell);
    return Map(row);
  }
  RowOutcome Map(const connector::v1::Row& row) {
    const Resolver resolve = [this](domain::Kind kind,
                                    std::string_view id) -> std::optional<uint64_t> {
      const auto found = known_.find(domain::InfoOf(kind).name + ":" + std::string(id));
      if (found == known_.end()) return std::nullopt;
      return found->second;
    };
    connector::v1::Rows rows;
    *rows.add_rows() = row;
    const std::string bytes = rows.SerializeAsString();
    RowTable table;
    EXPECT_TRUE(table.Merge(bytes));
    return mapper_->Map(table.row(0), resolve, body_.get(), &outside_id_);
  }

  // "product:A-1" is record 7.
  void Know(const std::string& name, uint64_t id) { known_[name] = id; }

  const google::protobuf::Message& body() const { return *body_; }
  std::string text() const { return body_->ShortDebugString(); }
  const std::string& outside_id() const { return outside_id_; }
  RowMapper& mapper() { return *mapper_; }
  const RowFault& fault() const { return mapper_->fault(); }

 private:
  std::unique_ptr<google::protobuf::Message> body_;
  std::unique_ptr<RowMapper> mapper_;
  std::map<std::string, uint64_t> known_;
  std::string outside_id_;
};

}  // namespace entrepot::mapping
