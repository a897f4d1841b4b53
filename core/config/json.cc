#include "core/config/json.h"

#include <fmt/core.h>

#include <algorithm>

namespace entrepot::config {
namespace {

std::string Escaped(std::string_view text) {
  std::string escaped = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ') {
      escaped += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      escaped += c;
    }
  }
  return escaped += '"';
}

}  // namespace

Json Json::Text(std::string_view text) { return Literal(Escaped(text)); }

Json Json::Literal(std::string_view text) {
  Json json(Type::kScalar);
  json.scalar_ = text;
  return json;
}

Json& Json::Set(std::string_view key, Json value) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [key](const auto& member) { return member.first == key; });
  if (found != members_.end()) {
    found->second = std::move(value);
  } else {
    members_.emplace_back(key, std::move(value));
  }
  return *this;
}

Json& Json::SetAll(const Json& other) {
  for (const auto& [key, value] : other.members_) Set(key, value);
  return *this;
}

bool Json::Has(std::string_view key) const {
  return std::any_of(members_.begin(), members_.end(),
                     [key](const auto& member) { return member.first == key; });
}

Json& Json::Add(Json value) {
  members_.emplace_back(std::string(), std::move(value));
  return *this;
}

std::string Json::Write() const {
  std::string out;
  Append(0, &out);
  out += '\n';
  return out;
}

void Json::Append(int depth, std::string* out) const {
  if (type_ == Type::kScalar) {
    *out += scalar_;
    return;
  }
  const bool object = type_ == Type::kObject;
  if (members_.empty()) {
    *out += object ? "{}" : "[]";
    return;
  }
  const std::string indent(static_cast<size_t>(depth) * 2 + 2, ' ');
  *out += object ? "{" : "[";
  for (size_t i = 0; i < members_.size(); ++i) {
    *out += (i == 0 ? "\n" : ",\n") + indent;
    if (object) *out += Escaped(members_[i].first) + ": ";
    members_[i].second.Append(depth + 1, out);
  }
  *out += '\n' + indent.substr(2) + (object ? "}" : "]");
}

}  // namespace entrepot::config
