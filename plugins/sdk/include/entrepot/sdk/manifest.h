// How a connector introduces itself: its options, and what it can do. Written once, in the function
// that ENTREPOT_CONNECTOR names. Part of the connector SDK.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "entrepot/sdk/messages/connector.h"

namespace entrepot::sdk {

// Refines one option; returned by ManifestBuilder, valid as long as that.
class OptionBuilder {
 public:
  explicit OptionBuilder(OptionSpec spec) : spec_(std::move(spec)) {}

  // The configuration must give it.
  OptionBuilder& Required() {
    spec_.required = true;
    return *this;
  }
  // Used where the configuration gives none; as text, as a user would write it, but durations in
  // milliseconds ("2000").
  OptionBuilder& Default(std::string text) {
    spec_.default_value = std::move(text);
    return *this;
  }
  // The values of an OptionType::kChoice.
  OptionBuilder& Choices(std::vector<std::string> choices) {
    spec_.choices = std::move(choices);
    return *this;
  }
  // Never shown: the hub blanks the value in logs and messages.
  OptionBuilder& Secret() {
    spec_.secret = true;
    return *this;
  }
  const OptionSpec& spec() const { return spec_; }

 private:
  OptionSpec spec_;
};

// Collects the manifest. Call Source or Sink, or both, and name every option.
class ManifestBuilder {
 public:
  // `id`: lower case letters, digits, "_". `version`: semantic version of the connector.
  ManifestBuilder(std::string id, std::string version) {
    manifest_.id = std::move(id);
    manifest_.version = std::move(version);
    manifest_.contract_first = manifest_.contract_last = 1;
  }

  // One line for people.
  ManifestBuilder& Title(std::string title) {
    manifest_.title = std::move(title);
    return *this;
  }
  // It overrides Read.
  ManifestBuilder& Source() {
    manifest_.source = true;
    return *this;
  }
  // It overrides Apply.
  ManifestBuilder& Sink() {
    manifest_.sink = true;
    return *this;
  }
  // It overrides Find: lost answers are settled without a person. `settle` is the longest time in
  // which a write that was sent can still take effect; >= 0.
  ManifestBuilder& Finds(std::chrono::milliseconds settle) {
    manifest_.finds = true;
    Duration duration;
    duration.seconds = settle.count() / 1000;
    duration.nanos = static_cast<int32_t>(settle.count() % 1000) * 1000000;
    manifest_.settle = duration;
    return *this;
  }
  // Documents are never changed there: ApplyItem carries the record that it replaces.
  ManifestBuilder& AppendOnly() {
    manifest_.append_only = true;
    return *this;
  }
  // Read gives typed records instead of rows: its datasets need no mapping.
  ManifestBuilder& TypedRecords() {
    manifest_.typed_records = true;
    return *this;
  }
  // Apply works with rows: its datasets need a mapping, and ApplyItem::row is set.
  ManifestBuilder& TakesRows() {
    manifest_.takes_rows = true;
    return *this;
  }
  // It overrides Wait: the hub reads as soon as something is there.
  ManifestBuilder& Waits() {
    manifest_.waits = true;
    return *this;
  }
  // An option of the connection. `description` is one sentence for people.
  OptionBuilder& Option(std::string name, OptionType type, std::string description) {
    return options_.emplace_back(Spec(std::move(name), type, std::move(description)));
  }
  // An option of each dataset.
  OptionBuilder& DatasetOption(std::string name, OptionType type, std::string description) {
    return dataset_options_.emplace_back(Spec(std::move(name), type, std::move(description)));
  }

  Manifest Build() const {
    Manifest manifest = manifest_;
    for (const OptionBuilder& option : options_) manifest.options.push_back(option.spec());
    for (const OptionBuilder& option : dataset_options_) {
      manifest.dataset_options.push_back(option.spec());
    }
    return manifest;
  }

 private:
  static OptionSpec Spec(std::string name, OptionType type, std::string description) {
    OptionSpec spec;
    spec.name = std::move(name);
    spec.type = type;
    spec.description = std::move(description);
    return spec;
  }

  Manifest manifest_;
  std::deque<OptionBuilder> options_;  // a deque keeps references valid
  std::deque<OptionBuilder> dataset_options_;
};

}  // namespace entrepot::sdk
