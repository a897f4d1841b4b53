// By which fields two records are known to be the same, whatever their keys: tax id, barcode,
// e-mail. Values are compared in a form that spelling does not change. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/domain/kind.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

// "Bolts Ltd." and "bolts ltd" are equal, "77 01-234" and "7701234" too; e-mail addresses differ by
// their letters and signs alone. Empty: nothing that tells one record from another ("-", "0").
std::string MatchForm(std::string_view text);

// Fields whose values, all filled and equal, make two records of a kind the same.
class MatchRule {
 public:
  // Paths of text or whole-number fields, "tax_id", "barcodes" (any element), and
  // "contact_points[type=email].value" (any element of that type). INVALID_ARGUMENT
  // (UNKNOWN_FIELD) names the nearest known one.
  static absl::StatusOr<MatchRule> Compile(const KindInfo& kind,
                                           const std::vector<std::string>& paths);

  // The values of a body, one for each combination of elements; none where a field is empty. At
  // most 32.
  std::vector<std::string> ValuesOf(const google::protobuf::Message& body) const;
  // "tax_id", "name and address".
  const std::string& name() const { return name_; }

 private:
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    // Of a repeated message: only elements whose enumeration has this value.
    const google::protobuf::FieldDescriptor* filter = nullptr;
    int wanted = 0;
  };
  using Path = std::vector<Step>;

  static absl::StatusOr<Path> CompilePath(const KindInfo& kind, std::string_view text);
  static absl::StatusOr<Step> CompileStep(const google::protobuf::Descriptor& type,
                                          std::string_view text, std::string_view path);
  static void Collect(const google::protobuf::Message& message, const Path& path, size_t at,
                      std::vector<std::string>* values);

  std::vector<Path> paths_;
  std::string name_;
};

}  // namespace entrepot::domain
