#include <fmt/core.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/mapping/compiler.h"
#include "core/mapping/mapping.h"
#include "core/mapping/program.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::mapping {
namespace {

using google::protobuf::Message;

constexpr char kKeySeparator = '/';

absl::Status BadColumns(std::string_view reason, const std::string& message) {
  return Failure(absl::StatusCode::kInvalidArgument, reason, message);
}

// Parts of a key that hold the separator are escaped, so that different keys stay different.
void AppendKeyPart(std::string_view part, std::string* key) {
  for (char c : part) {
    if (c == kKeySeparator || c == '\\') *key += '\\';
    *key += c;
  }
}

class ProgramMapper final : public RowMapper {
 public:
  explicit ProgramMapper(Program program) : program_(std::move(program)) {}

  absl::Status BindColumns(const google::protobuf::RepeatedPtrField<std::string>& columns) override;
  void Announce(const RowView& row, const ReferenceHint& hint) const override;
  bool Key(const RowView& row, std::string* outside_id) override;
  RowOutcome Map(const RowView& row, const Resolver& resolve, Message* body,
                 std::string* outside_id) override;
  const RowFault& fault() const override { return fault_; }
  const MissingReference& missing() const override { return missing_; }
  bool deleted() const override { return deleted_; }
  std::span<const int> covers() const override { return program_.covers; }

 private:
  struct PlainReference {
    size_t cell;
    domain::Kind target;
  };
  void FindPlainReferences();
  bool ReadKey(std::string* outside_id);
  bool ReadDeleted() const;
  void Forget(std::vector<FieldProgram>* fields);

  // Each leaves a fault behind, or counts what is missing. False: a fault.
  bool FillFields(std::vector<FieldProgram>& fields, Message* message);
  bool FillField(FieldProgram& field, Message* message);
  bool FillPieces(FieldProgram& field, std::string_view text, TextForm form, Message* message);
  bool WriteText(FieldProgram& field, const SourceText& source, Message* message);
  bool FillElements(FieldProgram& field, Message* message);
  bool FillElement(FieldProgram& field, ElementProgram& element, Message* message);
  bool FailEmpty(const FieldProgram& field);

  Program program_;
  std::vector<std::string> bound_names_;
  std::vector<int> bound_;  // slot to cell
  size_t cells_needed_ = 0;
  std::vector<PlainReference> plain_references_;  // whose text is that of a cell
  Cells cells_;
  const Resolver* resolve_ = nullptr;
  bool any_missing_ = false;
  bool deleted_ = false;
  RowFault fault_;
  MissingReference missing_;
};

absl::Status ProgramMapper::BindColumns(
    const google::protobuf::RepeatedPtrField<std::string>& columns) {
  Forget(&program_.fields);
  if (std::equal(bound_names_.begin(), bound_names_.end(), columns.begin(), columns.end()) &&
      bound_.size() == program_.columns.size()) {
    return absl::OkStatus();
  }
  bound_names_.clear();
  std::vector<std::string> names;
  for (const std::string& column : columns) names.emplace_back(Trim(column));
  std::vector<int> bound;
  for (const std::string& column : program_.columns) {
    const auto found = std::find(names.begin(), names.end(), column);
    if (found == names.end()) {
      return BadColumns("MISSING_COLUMN",
                        fmt::format("there is no column {}{}; the columns are {}", Quoted(column),
                                    DidYouMean(column, names), absl::StrJoin(names, ", ")));
    }
    const auto twice = std::find(found + 1, names.end(), column);
    if (twice != names.end()) {
      return BadColumns(
          "AMBIGUOUS_COLUMN",
          fmt::format("column {} is there twice, as number {} and number {}; give "
                      "one of them another name",
                      Quoted(column), found - names.begin() + 1, twice - names.begin() + 1));
    }
    bound.push_back(static_cast<int>(found - names.begin()));
  }
  cells_needed_ = bound.empty() ? 0 : *std::max_element(bound.begin(), bound.end()) + 1;
  bound_ = std::move(bound);
  FindPlainReferences();
  bound_names_.assign(columns.begin(), columns.end());
  return absl::OkStatus();
}

void ProgramMapper::Forget(std::vector<FieldProgram>* fields) {
  for (FieldProgram& field : *fields) {
    if (field.outside_writer) field.outside_writer->Forget();
    if (field.hub_writer) field.hub_writer->Forget();
    for (ElementProgram& element : field.elements) Forget(&element.fields);
  }
}

void ProgramMapper::FindPlainReferences() {
  plain_references_.clear();
  for (const FieldProgram& field : program_.fields) {
    const TextSource& source = field.source;
    const bool plain = source.slots.size() == 1 && field.split.empty() && source.match == nullptr &&
                       !source.has_values && source.table == nullptr;
    if (!plain || !field.outside_writer || !field.outside_writer->is_reference()) continue;
    const auto cell = static_cast<size_t>(bound_[source.slots.front()]);
    plain_references_.push_back({cell, field.outside_writer->target()});
  }
}

void ProgramMapper::Announce(const RowView& row, const ReferenceHint& hint) const {
  for (const PlainReference& reference : plain_references_) {
    if (reference.cell >= row.cells.size()) continue;
    hint(reference.target, Trim(row.cells[reference.cell]));
  }
}

bool ProgramMapper::Key(const RowView& row, std::string* outside_id) {
  outside_id->clear();
  cells_ = {row, &bound_};
  return row.cells.size() >= cells_needed_ && ReadKey(outside_id);
}

RowOutcome ProgramMapper::Map(const RowView& row, const Resolver& resolve, Message* body,
                              std::string* outside_id) {
  body->Clear();
  outside_id->clear();
  any_missing_ = false;
  deleted_ = row.deleted;
  cells_ = {row, &bound_};
  resolve_ = &resolve;
  if (row.cells.size() < cells_needed_) {
    fault_ = {"", -1,
              fmt::format("the row has {} cells; at least {} are needed", row.cells.size(),
                          cells_needed_)};
    return RowOutcome::kFault;
  }
  if (!ReadKey(outside_id)) return RowOutcome::kFault;
  deleted_ = deleted_ || ReadDeleted();
  if (!FillFields(program_.fields, body)) return RowOutcome::kFault;
  return any_missing_ && !deleted_ ? RowOutcome::kMissing : RowOutcome::kMapped;
}

bool ProgramMapper::ReadKey(std::string* outside_id) {
  const bool single = program_.key_slots.size() == 1;
  bool empty = true;
  for (size_t i = 0; i < program_.key_slots.size(); ++i) {
    const std::string_view text = cells_.Text(program_.key_slots[i]);
    empty &= text.empty();
    if (i > 0) *outside_id += kKeySeparator;
    const bool escapes = !single && text.find_first_of("/\\") != std::string_view::npos;
    if (escapes) {
      AppendKeyPart(text, outside_id);
    } else {
      *outside_id += text;
    }
  }
  if (!empty) return true;
  outside_id->clear();
  const int slot = program_.key_slots.front();
  fault_ = {"", cells_.Index(slot),
            fmt::format("the row has no key: {} is empty", Quoted(program_.columns[slot]))};
  return false;
}

bool ProgramMapper::ReadDeleted() const {
  if (program_.deleted_slot < 0) return false;
  const auto& texts = program_.deleted_texts;
  return std::find(texts.begin(), texts.end(), cells_.Text(program_.deleted_slot)) != texts.end();
}

bool ProgramMapper::FillFields(std::vector<FieldProgram>& fields, Message* message) {
  for (FieldProgram& field : fields) {
    const bool fine =
        field.elements.empty() ? FillField(field, message) : FillElements(field, message);
    // A deletion needs its key only; whatever else can be read helps to find the record.
    if (!fine && !deleted_) return false;
  }
  return true;
}

bool ProgramMapper::FillField(FieldProgram& field, Message* message) {
  SourceText source;
  if (!field.source.Read(cells_, &source, &fault_)) {
    fault_.field = field.name;
    return false;
  }
  if (!field.split.empty() && source.form == TextForm::kOutside && !source.text.empty()) {
    return FillPieces(field, source.text, source.form, message);
  }
  return WriteText(field, source, message);
}

bool ProgramMapper::FillPieces(FieldProgram& field, std::string_view text, TextForm form,
                               Message* message) {
  bool any = false;
  while (!text.empty()) {
    const size_t end = text.find(field.split);
    const std::string_view piece = Trim(text.substr(0, end));
    text =
        end == std::string_view::npos ? std::string_view() : text.substr(end + field.split.size());
    if (piece.empty()) continue;
    any = true;
    if (!WriteText(field, {piece, form}, message)) return false;
  }
  return any || WriteText(field, {}, message);
}

bool ProgramMapper::WriteText(FieldProgram& field, const SourceText& source, Message* message) {
  SourceText found = source;
  if (!field.source.LookUp(cells_, &found, &fault_)) {
    fault_.field = field.name;
    return false;
  }
  if (found.text.empty()) {
    return !(field.required || field.in_key) || FailEmpty(field);
  }
  ValueWriter& writer =
      found.form == TextForm::kOutside ? *field.outside_writer : *field.hub_writer;
  MissingReference missing;
  switch (writer.Write(found.text, *resolve_, message, &fault_.reason, &missing)) {
    case WriteOutcome::kWritten: return true;
    case WriteOutcome::kMissing:
      if (!any_missing_) missing_ = std::move(missing);
      any_missing_ = true;
      return true;
    case WriteOutcome::kFault: break;
  }
  fault_.field = field.name;
  fault_.column = field.source.slots.empty() ? -1 : cells_.Index(field.source.slots.front());
  return false;
}

bool ProgramMapper::FailEmpty(const FieldProgram& field) {
  const auto& slots = field.source.slots;
  fault_.field = field.name;
  fault_.column = slots.empty() ? -1 : cells_.Index(slots.front());
  const std::string_view why = field.in_key ? "identifies the record" : "is required";
  fault_.reason = slots.empty() ? fmt::format("{} {}, but it is empty", field.name, why)
                                : fmt::format("{} {}, but {} is empty", field.name, why,
                                              Quoted(program_.columns[slots.front()]));
  return false;
}

bool ProgramMapper::FillElements(FieldProgram& field, Message* message) {
  bool any = false;
  for (ElementProgram& element : field.elements) {
    const bool wanted = element.slots.empty() ||
                        std::any_of(element.slots.begin(), element.slots.end(),
                                    [this](int slot) { return !cells_.Text(slot).empty(); });
    if (!wanted) continue;
    any = true;
    if (!FillElement(field, element, message)) return false;
  }
  return any || !field.required || FailEmpty(field);
}

bool ProgramMapper::FillElement(FieldProgram& field, ElementProgram& element, Message* message) {
  const auto* reflection = message->GetReflection();
  Message* target = field.field->is_repeated() ? reflection->AddMessage(message, field.field)
                                               : reflection->MutableMessage(message, field.field);
  if (!FillFields(element.fields, target)) return false;
  if (field.field->message_type() != v1::Money::descriptor()) return true;
  auto* money = static_cast<v1::Money*>(target);
  if (!money->has_amount()) {
    // A currency alone is no money.
    if (!field.field->is_repeated()) reflection->ClearField(message, field.field);
  } else if (money->currency().empty()) {
    money->set_currency(program_.currency);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowMapper>> RowMapper::Compile(const domain::KindInfo& kind,
                                                              const config::v1::Mapping& mapping,
                                                              const Environment& environment) {
  Compilation compilation = mapping::Compile(kind, mapping, environment);
  if (!compilation.problems.empty()) {
    const MappingProblem& first = compilation.problems.front();
    return Failure(absl::StatusCode::kInvalidArgument, "INVALID_MAPPING",
                   fmt::format("{}: {}", first.path, first.message));
  }
  return std::make_unique<ProgramMapper>(std::move(compilation.program));
}

}  // namespace entrepot::mapping
