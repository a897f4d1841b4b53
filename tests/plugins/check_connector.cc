// Runs the conformance suite on a connector: check_connector FILE.so [--option k=v] [--dataset
// name[:kind]]. For tests that have no hub at hand.
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "plugins/conformance/conformance.h"

int main(int argc, char** argv) {
  std::map<std::string, std::string> options;
  std::vector<entrepot::connector::v1::Dataset> datasets;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string value = argv[i + 1];
    const size_t cut = value.find(flag == "--option" ? '=' : ':');
    const std::string rest = cut == std::string::npos ? "" : value.substr(cut + 1);
    if (flag == "--option") {
      options[value.substr(0, cut)] = rest;
    } else {
      auto& dataset = datasets.emplace_back();
      dataset.set_name(value.substr(0, cut));
      dataset.set_kind(rest.empty() ? "product" : rest);
    }
  }
  if (argc < 2) {
    std::cerr << "usage: check_connector FILE.so [--option k=v] [--dataset name[:kind]]\n";
    return 2;
  }
  return entrepot::conformance::RunConformance(argv[1], options, datasets, std::cout) == 0 ? 0 : 1;
}
