#include "core/mapping/compiler.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "core/base/key_path.h"
#include "core/base/nearest.h"
#include "entrepot/v1/values.pb.h"

namespace entrepot::mapping {
namespace {

using config::v1::FieldMapping;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using FieldMappings = google::protobuf::Map<std::string, FieldMapping>;

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

std::string NoSuchField(std::string_view holder, std::string_view name, const Descriptor& type) {
  const std::vector<std::string> names = FieldNames(type);
  return fmt::format("{} has no field \"{}\"{}{}", holder, name, DidYouMean(name, names),
                     fmt::format("; known are {}", absl::StrJoin(names, ", ")));
}

class Compiler {
 public:
  Compiler(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
           const Environment& environment)
      : kind_(kind), mapping_(mapping), environment_(environment), hub_formats_(HubFormats()) {}

  Compilation Run() {
    for (int i = 0; i < mapping_.key_size(); ++i) {
      program_.key_slots.push_back(Slot(ElementPath("key", i), mapping_.key(i)));
    }
    if (mapping_.key().empty()) Report("key", "name the columns that identify a row");
    const ValueFormats formats =
        MergeFormats("formats", hub_formats_, mapping_.formats(), &problems_);
    if (mapping_.fields().empty()) Report("fields", "map at least one field");
    CompileFields({"fields", kind_.name, ""}, *kind_.descriptor, mapping_.fields(), formats,
                  &program_.fields);
    for (FieldProgram& field : program_.fields) MarkKey(&field);
    if (mapping_.has_deleted_when()) CompileDeletedWhen();
    CompileCovers();
    program_.currency = environment_.currency;
    return {std::move(program_), std::move(problems_)};
  }

 private:
  // Where the compiler is: path in the configuration, what holds the fields, prefix of names.
  struct Place {
    std::string path;
    std::string holder;
    std::string prefix;
  };

  void Report(std::string path, std::string message, bool at_key = false) {
    problems_.push_back({std::move(path), std::move(message), at_key});
  }

  int Slot(const std::string& path, const std::string& column) {
    const std::string trimmed(Trim(column));
    if (trimmed.empty()) Report(path, "the name of a column is empty");
    const auto found = std::find(program_.columns.begin(), program_.columns.end(), trimmed);
    if (found != program_.columns.end()) return found - program_.columns.begin();
    program_.columns.push_back(trimmed);
    return static_cast<int>(program_.columns.size()) - 1;
  }

  void CompileFields(const Place& place, const Descriptor& type, const FieldMappings& mappings,
                     const ValueFormats& formats, std::vector<FieldProgram>* programs) {
    // In the order of the message's fields, so that one row's faults always come in one order.
    std::map<int, const FieldMappings::value_type*> known;
    std::map<std::string, const FieldMappings::value_type*> unknown;
    for (const auto& entry : mappings) {
      const FieldDescriptor* field = type.FindFieldByName(entry.first);
      if (field != nullptr) {
        known[field->index()] = &entry;
      } else {
        unknown[entry.first] = &entry;
      }
    }
    for (const auto& [name, entry] : unknown) {
      Report(ChildPath(place.path, name), NoSuchField(place.holder, name, type), true);
    }
    for (const auto& [index, entry] : known) {
      FieldProgram program;
      program.field = type.field(index);
      program.name = place.prefix + entry->first;
      CompileField(ChildPath(place.path, entry->first), entry->second, formats, &program);
      programs->push_back(std::move(program));
    }
  }

  void CompileField(const std::string& path, const FieldMapping& mapping, const ValueFormats& outer,
                    FieldProgram* program) {
    const ValueFormats formats =
        MergeFormats(ChildPath(path, "formats"), outer, mapping.formats(), &problems_);
    program->required = mapping.required();
    if (!CheckOrigin(path, mapping)) return;
    if (mapping.items_size() > 0) {
      CompileItems(path, mapping, formats, program);
      return;
    }
    program->outside_writer = ValueWriter::For(program->field, formats, environment_);
    program->hub_writer = ValueWriter::For(program->field, hub_formats_, environment_);
    program->outside_text = ValueText::For(program->field, formats, environment_);
    program->hub_text = ValueText::For(program->field, hub_formats_, environment_);
    if (!program->outside_writer) {
      Report(path,
             fmt::format("\"{}\" has fields of its own: map them under items, like "
                         "`items: [{{{}: a column}}]`; they are {}",
                         program->field->name(), program->field->message_type()->field(0)->name(),
                         absl::StrJoin(FieldNames(*program->field->message_type()), ", ")));
      return;
    }
    CompileSource(path, mapping, program);
    if (!mapping.split().empty() && !program->field->is_repeated()) {
      Report(ChildPath(path, "split"),
             fmt::format("\"{}\" takes one value, so there is nothing to split",
                         program->field->name()));
    }
    program->split = mapping.split();
  }

  // Exactly one of the keys that say where the value comes from.
  bool CheckOrigin(const std::string& path, const FieldMapping& mapping) {
    const int origins = !mapping.from().empty() + mapping.has_join() + !mapping.constant().empty() +
                        (mapping.items_size() > 0);
    if (origins == 1) return true;
    Report(path, origins == 0 ? "say where the value comes from: from (a column), join, constant "
                                "or items"
                              : "a value comes from one place; keep one of from, join, constant "
                                "and items");
    return false;
  }

  void CompileItems(const std::string& path, const FieldMapping& mapping,
                    const ValueFormats& formats, FieldProgram* program) {
    const FieldDescriptor* field = program->field;
    const std::string items = ChildPath(path, "items");
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      ReportNoFields(items, mapping, *field);
      return;
    }
    if (!field->is_repeated() && mapping.items_size() > 1) {
      Report(ElementPath(items, 1), fmt::format("\"{}\" takes one entry", field->name()));
    }
    for (int i = 0; i < mapping.items_size(); ++i) {
      ElementProgram element;
      CompileFields({ElementPath(items, i), field->name(), program->name + "."},
                    *field->message_type(), mapping.items(i).fields(), formats, &element.fields);
      CollectSlots(element.fields, &element.slots);
      program->elements.push_back(std::move(element));
    }
    if (!mapping.match().empty() || mapping.values_size() > 0 || !mapping.lookup().empty() ||
        !mapping.default_().empty() || !mapping.split().empty()) {
      Report(path, "match, split, values, lookup and default belong to the fields under items");
    }
  }

  // Keys that are not known were taken for fields of the field.
  void ReportNoFields(const std::string& path, const FieldMapping& mapping,
                      const FieldDescriptor& field) {
    const std::vector<std::string> known = FieldNames(*FieldMapping::descriptor());
    std::string nearest;
    for (const auto& [name, nested] : mapping.items(0).fields()) {
      if (nearest.empty()) nearest = DidYouMean(name, known);
    }
    Report(path, fmt::format("\"{}\" has no fields of its own{}; it is mapped with {}",
                             field.name(), nearest, absl::StrJoin(known, ", ")));
  }

  static void CollectSlots(const std::vector<FieldProgram>& fields, std::vector<int>* slots) {
    for (const FieldProgram& field : fields) {
      slots->insert(slots->end(), field.source.slots.begin(), field.source.slots.end());
      for (const ElementProgram& element : field.elements) {
        slots->insert(slots->end(), element.slots.begin(), element.slots.end());
      }
    }
  }

  void CompileSource(const std::string& path, const FieldMapping& mapping, FieldProgram* program) {
    TextSource& source = program->source;
    if (!mapping.from().empty()) {
      source.slots.push_back(Slot(ChildPath(path, "from"), mapping.from()));
    }
    const std::string columns = ChildPath(ChildPath(path, "join"), "columns");
    for (int i = 0; i < mapping.join().columns_size(); ++i) {
      source.slots.push_back(Slot(ElementPath(columns, i), mapping.join().columns(i)));
    }
    if (mapping.has_join() && mapping.join().columns().empty()) Report(columns, "name the columns");
    source.separator = mapping.join().has_separator() ? mapping.join().separator() : " ";
    source.constant = mapping.constant();
    source.empty_texts.assign(mapping.empty_when().begin(), mapping.empty_when().end());
    CompileMatch(path, mapping, &source);
    CompileLookUp(path, mapping, program);
    source.has_default = !mapping.default_().empty();
    source.default_text = mapping.default_();
    CheckHubText(ChildPath(path, "constant"), mapping.constant(), program);
    CheckHubText(ChildPath(path, "default"), mapping.default_(), program);
  }

  void CompileMatch(const std::string& path, const FieldMapping& mapping, TextSource* source) {
    source->replaces = mapping.has_replace();
    source->replacement = mapping.replace();
    if (mapping.match().empty()) {
      if (mapping.has_replace()) {
        Report(ChildPath(path, "replace"), "replace needs a match: what is replaced?");
      }
      return;
    }
    RE2::Options options;
    options.set_log_errors(false);
    source->match = std::make_unique<RE2>(mapping.match(), options);
    if (!source->match->ok()) {
      Report(ChildPath(path, "match"), fmt::format("\"{}\" is not a regular expression (RE2): {}",
                                                   mapping.match(), source->match->error()));
      return;
    }
    std::string error;
    if (mapping.has_replace() && !source->match->CheckRewriteString(mapping.replace(), &error)) {
      Report(ChildPath(path, "replace"), error);
    }
  }

  void CompileLookUp(const std::string& path, const FieldMapping& mapping, FieldProgram* program) {
    TextSource& source = program->source;
    source.has_values = mapping.values_size() > 0;
    std::map<std::string, std::string> sorted(mapping.values().begin(), mapping.values().end());
    for (const auto& [outside, ours] : sorted) {
      source.values.emplace(std::string(Trim(outside)), ours);
      CheckHubText(ChildPath(ChildPath(path, "values"), outside), ours, program);
    }
    if (mapping.lookup().empty()) return;
    source.table = FindLookupTable(mapping.lookup());
    if (source.table == nullptr) {
      Report(ChildPath(path, "lookup"),
             fmt::format("there is no look-up table \"{}\"; known are okei, currency",
                         mapping.lookup()));
    }
  }

  // Tries a text of the configuration on an empty message.
  void CheckHubText(std::string path, const std::string& text, FieldProgram* program) {
    if (text.empty() || program->hub_writer->is_reference()) return;
    std::unique_ptr<google::protobuf::Message> message(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(program->field->containing_type())
            ->New());
    std::string reason;
    MissingReference missing;
    if (program->hub_writer->Write(text, {}, message.get(), &reason, &missing) ==
        WriteOutcome::kFault) {
      Report(std::move(path), std::move(reason));
    }
  }

  // Without a value for the key's ids and texts a record cannot be told from others; amounts and
  // dates in a key may be absent.
  void MarkKey(FieldProgram* program) {
    const auto& key = kind_.key;
    if (std::find(key.begin(), key.end(), program->field) == key.end()) return;
    program->in_key = program->field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
  }

  void CompileDeletedWhen() {
    const auto& when = mapping_.deleted_when();
    program_.deleted_slot = Slot("deleted_when.column", when.column());
    for (const std::string& text : when.equals()) {
      program_.deleted_texts.emplace_back(Trim(text));
    }
    if (when.equals().empty()) Report("deleted_when.equals", "say which text means deleted");
  }

  void CompileCovers() {
    std::vector<bool> covered(kind_.descriptor->field_count());
    for (int i = 0; i < mapping_.covers_size(); ++i) {
      const FieldDescriptor* field = kind_.descriptor->FindFieldByName(mapping_.covers(i));
      if (field != nullptr) {
        covered[field->index()] = true;
      } else {
        Report(ElementPath("covers", i),
               NoSuchField(kind_.name, mapping_.covers(i), *kind_.descriptor));
      }
    }
    for (const FieldProgram& program : program_.fields) {
      const bool key =
          std::find(kind_.key.begin(), kind_.key.end(), program.field) != kind_.key.end();
      if (mapping_.covers_size() > 0 && !covered[program.field->index()] && !key) {
        Report("covers", fmt::format("\"{}\" is mapped but not covered, so it would be dropped; "
                                     "add it here or do not map it",
                                     program.name));
      }
      covered[program.field->index()] = true;
    }
    for (size_t i = 0; i < covered.size(); ++i) {
      if (covered[i]) program_.covers.push_back(static_cast<int>(i));
    }
  }

  const domain::KindInfo& kind_;
  const config::v1::Mapping& mapping_;
  const Environment& environment_;
  const ValueFormats hub_formats_;
  Program program_;
  std::vector<MappingProblem> problems_;
};

}  // namespace

Compilation Compile(const domain::KindInfo& kind, const config::v1::Mapping& mapping,
                    const Environment& environment) {
  return Compiler(kind, mapping, environment).Run();
}

std::vector<MappingProblem> CheckMapping(const domain::KindInfo& kind,
                                         const config::v1::Mapping& mapping,
                                         const Environment& environment) {
  return Compile(kind, mapping, environment).problems;
}

}  // namespace entrepot::mapping
