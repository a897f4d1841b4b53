// Where each key of the configuration file stands. Kept beside the configuration, so that what is
// found wrong later can be shown with its line and column.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "core/base/absl_view.h"

namespace entrepot::config {

struct Position {
  int line = 0;  // from 1; 0: unknown
  int column = 0;
};

class Positions {
 public:
  // Of the key at a path, and of its value.
  void Add(const std::string& path, Position key, Position value) { places_[path] = {key, value}; }
  // Does the file itself have a key there?
  bool Has(std::string_view path) const { return places_.contains(AbslView(path)); }
  // Of the value at `path`; where the file has no such key, of the nearest key above it.
  Position ValueOf(std::string_view path) const { return Find(path, &Place::value); }
  Position KeyOf(std::string_view path) const { return Find(path, &Place::key); }

 private:
  struct Place {
    Position key;
    Position value;
  };
  Position Find(std::string_view path, Position Place::*what) const;

  absl::flat_hash_map<std::string, Place> places_;
};

}  // namespace entrepot::config
