#include "core/mapping/record_compiler.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/key_path.h"
#include "core/base/nearest.h"
#include "core/mapping/compiler.h"
#include "core/mapping/text.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::mapping {
namespace {

using config::v1::WrittenColumn;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Path = std::vector<const FieldDescriptor*>;

constexpr char kHub[] = "hub";

// What `hub.…` may name.
const std::map<std::string, PlainText::Of>& OfHub() {
  static const auto* names =
      new std::map<std::string, PlainText::Of>{{"key", PlainText::Of::kKey},
                                               {"id", PlainText::Of::kId},
                                               {"revision", PlainText::Of::kRevision},
                                               {"deleted", PlainText::Of::kDeleted}};
  return *names;
}

// A text of the configuration in the one form that the hub has for it: "yes" and "1" are one value.
std::string HubTextOf(FieldProgram& program, const std::string& text) {
  const std::unique_ptr<Message> scratch(google::protobuf::MessageFactory::generated_factory()
                                             ->GetPrototype(program.field->containing_type())
                                             ->New());
  std::string reason;
  std::string written;
  MissingReference missing;
  const bool fine = !program.hub_writer->is_reference() &&
                    program.hub_writer->Write(text, {}, scratch.get(), &reason, &missing) ==
                        WriteOutcome::kWritten &&
                    program.hub_text->Write(*scratch, 0, {}, &written, &reason);
  return fine ? written : text;
}

class RecordCompiler {
 public:
  RecordCompiler(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                 const Environment& environment)
      : kind_(kind), mapping_(mapping), environment_(environment) {}

  RecordCompilation Run() {
    Compilation reading = Compile(kind_, mapping_, environment_);
    if (!reading.problems.empty()) {
      result_.check.problems = std::move(reading.problems);
      return std::move(result_);
    }
    read_columns_ = reading.program.columns;
    for (const auto& [column, written] : mapping_.write()) {
      named_.insert(std::string(Trim(column)));
    }
    InvertFields("fields", reading.program.fields, {}, &result_.program.fields);
    CompileWrite();
    CompileKey(reading.program);
    return std::move(result_);
  }

 private:
  void Report(std::string path, std::string message, bool at_key = false) {
    result_.check.problems.push_back({std::move(path), std::move(message), at_key});
  }
  void Note(std::string path, std::string message) {
    result_.check.notes.push_back({std::move(path), std::move(message)});
  }

  // -1: another field is written there.
  int Column(const std::string& path, const std::string& column, const std::string& name) {
    auto& columns = result_.program.columns;
    if (!taken_.emplace(column, name).second) {
      Report(path, fmt::format("column {} is read into \"{}\" and \"{}\", so it is not clear which "
                               "of them is written there; say it under write: `{}: {}`",
                               Quoted(column), taken_[column], name, column, taken_[column]));
      return -1;
    }
    columns.push_back(column);
    return static_cast<int>(columns.size()) - 1;
  }

  void InvertFields(const std::string& path, std::vector<FieldProgram>& programs, const Path& outer,
                    std::vector<FieldText>* texts) {
    for (FieldProgram& program : programs) {
      Path inner = outer;
      inner.push_back(program.field);
      const std::string child = ChildPath(path, program.field->name());
      if (program.elements.empty()) {
        InvertField(child, program, std::move(inner), texts);
      } else if (program.field->is_repeated()) {
        InvertElements(child, program, std::move(inner));
      } else {
        const size_t before = texts->size();
        InvertFields(ElementPath(ChildPath(child, "items"), 0), program.elements[0].fields, inner,
                     texts);
        if (program.field->message_type() == v1::Money::descriptor()) {
          GuardCurrency(program.elements[0], before, texts);
        }
      }
    }
  }

  // An amount alone says nothing of its currency.
  void GuardCurrency(ElementProgram& element, size_t first, std::vector<FieldText>* texts) {
    std::string only = environment_.currency;
    for (FieldProgram& program : element.fields) {
      if (program.field->name() != "currency") continue;
      if (!program.source.slots.empty()) return;
      only = program.source.constant;
    }
    for (size_t i = first; i < texts->size(); ++i) (*texts)[i].currency = only;
  }

  void InvertField(const std::string& path, FieldProgram& program, Path inner,
                   std::vector<FieldText>* texts) {
    TextSource& source = program.source;
    if (source.slots.empty()) return;  // a constant
    const bool named = std::any_of(source.slots.begin(), source.slots.end(), [this](int slot) {
      return named_.count(read_columns_[slot]) > 0;
    });
    if (named) return;
    const std::string& column = read_columns_[source.slots.front()];
    const char* why = source.slots.size() > 1   ? "it is joined from several columns"
                      : source.replaces         ? "its text is replaced when it is read"
                      : source.table != nullptr ? "its text is looked up when it is read"
                                                : nullptr;
    if (why != nullptr) {
      Note(path, fmt::format("\"{}\" is read and not written: {}; to write it, say under write "
                             "what stands in the column, like `{}: {}`",
                             program.name, why, column, program.name));
      return;
    }
    FieldText text{.path = std::move(inner), .name = program.name, .split = program.split};
    text.outside = *program.outside_text;
    text.hub = *program.hub_text;
    if (source.match != nullptr) text.match = std::move(source.match);
    if (source.has_default) text.default_text = HubTextOf(program, source.default_text);
    if (!InvertValues(path, column, program, &text)) return;
    text.column = Column(path, column, program.name);
    texts->push_back(std::move(text));
  }

  bool InvertValues(const std::string& path, const std::string& column, FieldProgram& program,
                    FieldText* text) {
    text->has_values = program.source.has_values;
    if (text->hub.is_reference() && text->has_values) {
      Note(path, fmt::format("\"{}\" is read and not written: which record its `values` mean "
                             "cannot be told backwards",
                             program.name));
      return false;
    }
    const std::map<std::string, std::string> sorted(program.source.values.begin(),
                                                    program.source.values.end());
    for (const auto& [outside, ours] : sorted) {
      if (ours.empty()) continue;
      const auto [other, fresh] = text->values.emplace(HubTextOf(program, ours), outside);
      if (fresh) continue;
      Report(ChildPath(path, "values"),
             fmt::format("{} and {} both mean \"{}\", so it is not clear which of them is written; "
                         "say it under write: `{}: {{from: {}, values: {{{}: {}}}}}`",
                         Quoted(other->second), Quoted(outside), ours, column, program.name, ours,
                         other->second));
      return false;
    }
    return true;
  }

  void InvertElements(const std::string& path, FieldProgram& program, Path inner) {
    ElementsText elements{.path = std::move(inner), .name = program.name};
    const std::string items = ChildPath(path, "items");
    for (size_t i = 0; i < program.elements.size(); ++i) {
      ElementText element;
      for (FieldProgram& field : program.elements[i].fields) {
        if (!field.source.slots.empty() || !field.elements.empty() || !field.hub_text) continue;
        element.constants.push_back(
            {field.field, *field.hub_text, HubTextOf(field, field.source.constant)});
      }
      InvertFields(ElementPath(items, static_cast<int>(i)), program.elements[i].fields, {},
                   &element.fields);
      if (!element.fields.empty()) elements.elements.push_back(std::move(element));
    }
    if (!elements.elements.empty()) result_.program.elements.push_back(std::move(elements));
  }

  void CompileWrite() {
    const std::map<std::string, WrittenColumn> sorted(mapping_.write().begin(),
                                                      mapping_.write().end());
    formats_ = MergeFormats("formats", HubFormats(), mapping_.formats(), &result_.check.problems);
    for (const auto& [name, written] : sorted) {
      const std::string path = ChildPath("write", name);
      const int said =
          !written.from().empty() + !written.constant().empty() + static_cast<int>(written.omit());
      if (said != 1) {
        Report(path, said == 0 ? "say what is written: from (a field), constant, or omit: true"
                               : "keep one of from, constant and omit");
        continue;
      }
      if (written.omit()) {
        const auto& read = read_columns_;
        if (std::find(read.begin(), read.end(), Trim(name)) == read.end()) {
          Report(path,
                 fmt::format("column {} is not read, so it would not be written anyway{}",
                             Quoted(name), DidYouMean(name, read)),
                 true);
        }
        continue;
      }
      CompileColumn(path, std::string(Trim(name)), written);
    }
  }

  void CompileColumn(const std::string& path, const std::string& column,
                     const WrittenColumn& written) {
    if (column.empty()) return Report(path, "the name of a column is empty", true);
    const std::vector<std::string> parts = absl::StrSplit(written.from(), '.');
    const bool of_hub = written.constant().empty() && parts.front() == kHub && parts.size() == 2;
    if (!written.constant().empty() || of_hub) {
      PlainText plain{.of = PlainText::Of::kConstant, .constant = written.constant()};
      if (of_hub) {
        const auto found = OfHub().find(parts[1]);
        if (found == OfHub().end()) {
          return Report(ChildPath(path, "from"),
                        fmt::format("there is no \"{}\"; known are hub.key, hub.id, hub.revision, "
                                    "hub.deleted",
                                    written.from()));
        }
        plain.of = found->second;
      }
      plain.values.insert(written.values().begin(), written.values().end());
      plain.column = Column(path, column, written.from());
      result_.program.plain.push_back(std::move(plain));
      return;
    }
    CompileFrom(path, column, parts, written);
  }

  void CompileFrom(const std::string& path, const std::string& column,
                   const std::vector<std::string>& parts, const WrittenColumn& written) {
    FieldText text{.name = written.from()};
    const Descriptor* type = kind_.descriptor;
    for (const std::string& part : parts) {
      const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByName(part);
      if (field == nullptr) return ReportNoField(path, part, type);
      const bool last = text.path.size() + 1 == parts.size();
      if (field->is_repeated() && (!last || !ValueTypeOf(*field))) {
        return Report(ChildPath(path, "from"),
                      fmt::format("\"{}\" has many elements, and a column takes one value; map "
                                  "its elements under fields",
                                  field->name()));
      }
      text.path.push_back(field);
      type = field->message_type();
    }
    const FieldDescriptor* field = text.path.back();
    const ValueFormats formats = MergeFormats(ChildPath(path, "formats"), formats_,
                                              written.formats(), &result_.check.problems);
    const auto outside = ValueText::For(field, formats, environment_);
    if (!outside) {
      return Report(
          ChildPath(path, "from"),
          fmt::format("\"{}\" has fields of its own; name one of them, like {}.{}", written.from(),
                      written.from(), field->message_type()->field(0)->name()));
    }
    text.outside = *outside;
    text.hub = *ValueText::For(field, HubFormats(), environment_);
    if (!CompileValues(ChildPath(path, "values"), written, &text)) return;
    text.column = Column(path, column, text.name);
    result_.program.fields.push_back(std::move(text));
  }

  void ReportNoField(const std::string& path, const std::string& part, const Descriptor* type) {
    std::vector<std::string> names;
    for (int i = 0; type != nullptr && i < type->field_count(); ++i) {
      names.push_back(type->field(i)->name());
    }
    if (names.empty()) names.emplace_back("none");
    const std::string_view holder = type == nullptr || type == kind_.descriptor
                                        ? std::string_view(kind_.name)
                                        : std::string_view(type->name());
    Report(ChildPath(path, "from"),
           fmt::format("{} has no field \"{}\"{}; known are {}", holder, part,
                       DidYouMean(part, names), absl::StrJoin(names, ", ")));
  }

  // On the left the hub's texts, so that each is looked up once.
  bool CompileValues(const std::string& path, const WrittenColumn& written, FieldText* text) {
    text->has_values = written.values_size() > 0;
    FieldProgram scratch;
    scratch.field = text->path.back();
    scratch.hub_writer = ValueWriter::For(scratch.field, HubFormats(), environment_);
    scratch.hub_text = text->hub;
    for (const auto& [ours, outside] : written.values()) {
      if (scratch.hub_writer->is_reference()) {
        Report(path, "a reference is written as the id of its record there; values do not fit it");
        return false;
      }
      if (!CheckHubText(ChildPath(path, ours), ours, scratch)) return false;
      text->values[HubTextOf(scratch, ours)] = outside;
    }
    return true;
  }

  bool CheckHubText(std::string path, const std::string& ours, FieldProgram& program) {
    const std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()
                                               ->GetPrototype(program.field->containing_type())
                                               ->New());
    std::string reason;
    MissingReference missing;
    if (ours.empty() || program.hub_writer->Write(ours, {}, message.get(), &reason, &missing) !=
                            WriteOutcome::kFault) {
      return true;
    }
    Report(std::move(path), std::move(reason), true);
    return false;
  }

  void CompileKey(const Program& reading) {
    RecordProgram& program = result_.program;
    for (const int slot : reading.key_slots) {
      const std::string& column = read_columns_[slot];
      const auto at = std::find(program.columns.begin(), program.columns.end(), column);
      const bool written = at != program.columns.end();
      program.key_from_field.push_back(written);
      program.key_columns.push_back(static_cast<int>(at - program.columns.begin()));
      if (!written) program.columns.push_back(column);
    }
  }

  const domain::KindInfo& kind_;
  const config::v1::Mapping& mapping_;
  const Environment& environment_;
  ValueFormats formats_;
  std::vector<std::string> read_columns_;
  std::set<std::string> named_;               // columns under `write`
  std::map<std::string, std::string> taken_;  // column to what is written there
  RecordCompilation result_;
};

}  // namespace

RecordCompilation CompileRecords(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                                 const Environment& environment) {
  return RecordCompiler(kind, mapping, environment).Run();
}

WritingCheck CheckWriting(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                          const Environment& environment) {
  return CompileRecords(kind, mapping, environment).check;
}

}  // namespace entrepot::mapping
