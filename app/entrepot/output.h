// Where a command's result goes: tables and sentences for people, or JSON for scripts, on standard
// output; hints on standard error. One thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "app/entrepot/table.h"
#include "google/protobuf/message.h"

namespace entrepot::cli {

enum class Format { kTable, kJson };

class Output {
 public:
  void set_format(Format format) { format_ = format; }
  bool json() const { return format_ == Format::kJson; }

  // Protobuf's JSON; one document, over several lines.
  void Json(const google::protobuf::Message& message) const;
  // The same in one line: for streams.
  void JsonLine(const google::protobuf::Message& message) const;

  // The table, or the sentence where it has no rows.
  void Print(const Table& table, std::string_view when_empty = "") const;
  // Ends the line.
  void Say(std::string_view sentence = "") const;
  // How to get the next page, where there is one.
  void MorePages(std::string_view next_page_token) const;
  // A sentence with its reason, or {"error": {"reason": …, "message": …}}, to standard error.
  void Error(const absl::Status& error) const;
  // To standard error, in table format only.
  void Hint(std::string_view sentence) const;

 private:
  Format format_ = Format::kTable;
};

}  // namespace entrepot::cli
