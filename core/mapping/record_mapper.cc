#include "core/mapping/record_mapper.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/mapping/compiler.h"
#include "core/mapping/record_compiler.h"
#include "core/mapping/text.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::mapping {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kKeySeparator = '/';

int CountOf(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (field->is_repeated()) return reflection->FieldSize(message, field);
  return reflection->HasField(message, field) ? 1 : 0;
}

class ProgramRecordMapper final : public RecordMapper {
 public:
  explicit ProgramRecordMapper(RecordProgram program) : program_(std::move(program)) {}

  const std::vector<std::string>& columns() const override { return program_.columns; }
  absl::Status Map(const RecordView& record, const ReferenceText& reference,
                   connector::v1::Row* row) const override;

 private:
  // A row under way. A cell without a text is absent.
  struct Writing {
    const ReferenceText& reference;
    std::vector<std::optional<std::string>> cells;
  };

  absl::Status Fail(const FieldText& text, std::string_view reason) const;
  absl::Status WriteField(const FieldText& text, const Message& message, Writing* row) const;
  absl::Status CheckCurrency(const FieldText& text, const Message& money) const;
  absl::StatusOr<std::string> TextOf(const FieldText& text, const Message& message, int index,
                                     const ReferenceText& reference) const;
  absl::Status WriteElements(const ElementsText& elements, const Message& body, Writing* row) const;
  absl::Status WriteElement(const ElementText& element, const Message& message, Writing* row) const;
  absl::Status WritePlain(const PlainText& plain, const RecordView& record, Writing* row) const;
  absl::Status WriteKey(const RecordView& record, Writing* row) const;

  const RecordProgram program_;
};

absl::Status ProgramRecordMapper::Map(const RecordView& record, const ReferenceText& reference,
                                      connector::v1::Row* row) const {
  Writing writing{reference, {}};
  writing.cells.resize(program_.columns.size());
  for (const FieldText& text : program_.fields) {
    RETURN_IF_ERROR(WriteField(text, *record.body, &writing));
  }
  for (const ElementsText& elements : program_.elements) {
    RETURN_IF_ERROR(WriteElements(elements, *record.body, &writing));
  }
  for (const PlainText& plain : program_.plain) {
    RETURN_IF_ERROR(WritePlain(plain, record, &writing));
  }
  RETURN_IF_ERROR(WriteKey(record, &writing));
  row->Clear();
  row->set_deleted(record.deleted);
  for (size_t i = 0; i < writing.cells.size(); ++i) {
    std::optional<std::string>& cell = writing.cells[i];
    if (!cell) row->add_absent(static_cast<uint32_t>(i));
    row->add_cells(cell ? *std::move(cell) : std::string());
  }
  return absl::OkStatus();
}

absl::Status ProgramRecordMapper::Fail(const FieldText& text, std::string_view reason) const {
  return Failure(absl::StatusCode::kInvalidArgument, "CANNOT_BE_WRITTEN",
                 fmt::format("{} cannot be written into column {}: {}", text.name,
                             Quoted(program_.columns[text.column]), reason));
}

absl::Status ProgramRecordMapper::WriteField(const FieldText& text, const Message& body,
                                             Writing* row) const {
  const Message* message = &body;
  for (size_t i = 0; i + 1 < text.path.size(); ++i) {
    if (CountOf(*message, text.path[i]) == 0) return absl::OkStatus();
    message = &message->GetReflection()->GetMessage(*message, text.path[i]);
  }
  const int count = CountOf(*message, text.path.back());
  if (count == 0) return absl::OkStatus();
  if (!text.currency.empty()) RETURN_IF_ERROR(CheckCurrency(text, *message));
  if (count > 1 && text.split.empty()) {
    return Fail(text, fmt::format("it has {} values, and the column takes one; a `split` would say "
                                  "what stands between them",
                                  count));
  }
  std::string joined;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::string one, TextOf(text, *message, i, row->reference));
    const bool splits = !text.split.empty() && one.find(text.split) != std::string::npos;
    if (splits) {
      return Fail(text, fmt::format("{} holds \"{}\", which stands between values there",
                                    Quoted(one), text.split));
    }
    if (i > 0) joined += text.split;
    joined += one;
  }
  row->cells[text.column] = std::move(joined);
  return absl::OkStatus();
}

absl::Status ProgramRecordMapper::CheckCurrency(const FieldText& text,
                                                const Message& message) const {
  const auto& money = static_cast<const v1::Money&>(message);
  if (money.currency() == text.currency) return absl::OkStatus();
  return Fail(text, fmt::format("it is in {}, and the column holds amounts in {} only; map the "
                                "currency to a column of its own",
                                Quoted(money.currency()), text.currency));
}

absl::StatusOr<std::string> ProgramRecordMapper::TextOf(const FieldText& text,
                                                        const Message& message, int index,
                                                        const ReferenceText& reference) const {
  std::string written;
  std::string reason;
  const ValueText& form = text.has_values ? text.hub : text.outside;
  if (!form.Write(message, index, reference, &written, &reason)) return Fail(text, reason);
  if (text.has_values) {
    const auto found = text.values.find(written);
    if (found != text.values.end()) {
      written = found->second;
    } else if (!text.default_text.empty() && written == text.default_text) {
      written.clear();
    } else {
      return Fail(text, fmt::format("none of its `values` means \"{}\"", written));
    }
  }
  const bool fits = text.match == nullptr || written.empty() ||
                    RE2::FullMatch(re2::StringPiece(written), *text.match);
  if (fits) return written;
  return Fail(text, fmt::format("{} does not match the pattern {}, by which it is read",
                                Quoted(written), text.match->pattern()));
}

absl::Status ProgramRecordMapper::WriteElements(const ElementsText& elements, const Message& body,
                                                Writing* row) const {
  const Message* message = &body;
  for (size_t i = 0; i + 1 < elements.path.size(); ++i) {
    message = &message->GetReflection()->GetMessage(*message, elements.path[i]);
  }
  const FieldDescriptor* field = elements.path.back();
  const int count = CountOf(*message, field);
  std::vector<bool> used(elements.elements.size());
  for (int i = 0; i < count; ++i) {
    const Message& one = message->GetReflection()->GetRepeatedMessage(*message, field, i);
    const auto fits = [&](const ElementText& element) {
      return std::all_of(element.constants.begin(), element.constants.end(), [&](const auto& c) {
        std::string text;
        std::string reason;
        return CountOf(one, c.field) == 1 && c.hub.Write(one, 0, row->reference, &text, &reason) &&
               text == c.text;
      });
    };
    for (size_t e = 0; e < used.size(); ++e) {
      if (used[e] || !fits(elements.elements[e])) continue;
      used[e] = true;
      RETURN_IF_ERROR(WriteElement(elements.elements[e], one, row));
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status ProgramRecordMapper::WriteElement(const ElementText& element, const Message& message,
                                               Writing* row) const {
  for (const FieldText& text : element.fields) RETURN_IF_ERROR(WriteField(text, message, row));
  return absl::OkStatus();
}

absl::Status ProgramRecordMapper::WritePlain(const PlainText& plain, const RecordView& record,
                                             Writing* row) const {
  std::string text;
  switch (plain.of) {
    case PlainText::Of::kConstant: text = plain.constant; break;
    case PlainText::Of::kKey: text = std::string(record.key); break;
    case PlainText::Of::kId: text = fmt::format("{}", record.id); break;
    case PlainText::Of::kRevision: text = fmt::format("{}", record.revision); break;
    case PlainText::Of::kDeleted:
      text =
          plain.values.empty() ? (record.deleted ? "1" : "0") : (record.deleted ? "true" : "false");
      break;
  }
  if (plain.values.empty()) {
    row->cells[plain.column] = std::move(text);
    return absl::OkStatus();
  }
  const auto found = plain.values.find(text);
  if (found == plain.values.end()) {
    return Failure(absl::StatusCode::kInvalidArgument, "CANNOT_BE_WRITTEN",
                   fmt::format("nothing can be written into column {}: its `values` do not say "
                               "what \"{}\" is there",
                               Quoted(program_.columns[plain.column]), text));
  }
  row->cells[plain.column] = found->second;
  return absl::OkStatus();
}

absl::Status ProgramRecordMapper::WriteKey(const RecordView& record, Writing* row) const {
  if (record.outside_id.empty()) return absl::OkStatus();
  const auto parts = SplitOutsideId(record.outside_id, program_.key_columns.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!program_.key_from_field[i]) row->cells[program_.key_columns[i]] = parts[i];
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordMapper>> RecordMapper::Compile(
    const domain::KindInfo& kind, const config::v1::Mapping& mapping,
    const Environment& environment) {
  RecordCompilation compilation = CompileRecords(kind, mapping, environment);
  if (!compilation.check.problems.empty()) {
    const MappingProblem& first = compilation.check.problems.front();
    return Failure(absl::StatusCode::kInvalidArgument, "INVALID_MAPPING",
                   fmt::format("{}: {}", first.path, first.message));
  }
  return std::make_unique<ProgramRecordMapper>(std::move(compilation.program));
}

namespace {

// Is a column missing that the field, or anything below it, is read from?
bool ReadsMissing(const config::v1::FieldMapping& field, const std::set<std::string>& columns) {
  const auto missing = [&](const std::string& column) {
    return columns.count(std::string(Trim(column))) == 0;
  };
  if (!field.from().empty() && missing(field.from())) return true;
  const auto& joined = field.join().columns();
  if (std::any_of(joined.begin(), joined.end(), missing)) return true;
  return std::any_of(field.items().begin(), field.items().end(), [&](const auto& item) {
    return std::any_of(item.fields().begin(), item.fields().end(),
                       [&](const auto& entry) { return ReadsMissing(entry.second, columns); });
  });
}

}  // namespace

config::v1::Mapping ReadBackMapping(const domain::KindInfo& kind,
                                    const config::v1::Mapping& mapping,
                                    const std::vector<std::string>& columns,
                                    std::span<const int> covers) {
  const std::set<std::string> there(columns.begin(), columns.end());
  config::v1::Mapping reading = mapping;
  for (const auto& [name, field] : mapping.fields()) {
    if (ReadsMissing(field, there)) reading.mutable_fields()->erase(name);
  }
  if (there.count(std::string(Trim(mapping.deleted_when().column()))) == 0) {
    reading.clear_deleted_when();
  }
  reading.clear_covers();
  for (const int index : covers) reading.add_covers(kind.descriptor->field(index)->name());
  return reading;
}

std::vector<std::string> SplitOutsideId(std::string_view outside_id, size_t count) {
  if (count == 1) return {std::string(outside_id)};
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < outside_id.size(); ++i) {
    if (outside_id[i] == kKeySeparator) {
      parts.emplace_back();
    } else {
      if (outside_id[i] == '\\' && i + 1 < outside_id.size()) ++i;
      parts.back() += outside_id[i];
    }
  }
  if (parts.size() != count) parts.clear();
  return parts;
}

}  // namespace entrepot::mapping
