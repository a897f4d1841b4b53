#include "plugins/host/redaction.h"

#include <google/protobuf/repeated_ptr_field.h>

#include <algorithm>

#include "plugins/host/utf8.h"

namespace entrepot::host {
namespace {

using connector::v1::Option;
using connector::v1::OptionSpec;
using google::protobuf::RepeatedPtrField;

constexpr std::string_view kBlank = "[secret]";

void Collect(const RepeatedPtrField<OptionSpec>& specs, const RepeatedPtrField<Option>& options,
             std::vector<std::string>* secrets) {
  for (const OptionSpec& spec : specs) {
    if (!spec.secret()) continue;
    for (const Option& option : options) {
      if (option.name() == spec.name() && !option.value().empty()) {
        secrets->push_back(option.value());
      }
    }
  }
}

std::string OneLine(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    if (clean.size() >= kSaidBytesMax) return clean + "…";
    const size_t length = Utf8SequenceAt(text);
    const bool control = length == 1 && (static_cast<unsigned char>(text[0]) < 0x20 ||
                                         static_cast<unsigned char>(text[0]) == 0x7F);
    if (length == 0) {
      clean += "\uFFFD";
    } else if (control) {
      clean += ' ';
    } else {
      clean += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(1, length));
  }
  return clean;
}

}  // namespace

Redaction::Redaction(const connector::v1::Manifest& manifest,
                     const connector::v1::OpenRequest& request) {
  Collect(manifest.options(), request.options(), &secrets_);
  for (const auto& dataset : request.datasets()) {
    Collect(manifest.dataset_options(), dataset.options(), &secrets_);
  }
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redaction::Clean(std::string_view said) const {
  std::string text(said);
  for (const std::string& secret : secrets_) {
    for (size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kBlank.size())) {
      text.replace(at, secret.size(), kBlank);
    }
  }
  return OneLine(text);
}

}  // namespace entrepot::host
