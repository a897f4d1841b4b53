// A small JSON document whose keys keep their order, so that a generated file is always the same.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entrepot::config {

class Json {
 public:
  static Json Object() { return Json(Type::kObject); }
  static Json Array() { return Json(Type::kArray); }
  static Json Text(std::string_view text);
  // A number, true or false, as it is written.
  static Json Literal(std::string_view text);

  // Of objects; a key that is there is replaced. Returns *this.
  Json& Set(std::string_view key, Json value);
  Json& Set(std::string_view key, std::string_view text) { return Set(key, Text(text)); }
  // Of objects: sets all that `other` has.
  Json& SetAll(const Json& other);
  // Of arrays. Returns *this.
  Json& Add(Json value);

  bool Has(std::string_view key) const;
  bool empty() const { return members_.empty(); }
  // Indented by two spaces.
  std::string Write() const;

 private:
  enum class Type { kObject, kArray, kScalar };
  explicit Json(Type type) : type_(type) {}
  void Append(int depth, std::string* out) const;

  Type type_;
  std::string scalar_;
  std::vector<std::pair<std::string, Json>> members_;  // arrays: without keys
};

}  // namespace entrepot::config
