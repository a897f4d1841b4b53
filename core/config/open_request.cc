#include "core/config/open_request.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/base/absl_view.h"
#include "core/base/nearest.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"
#include "core/config/options.h"

namespace entrepot::config {
namespace {

using connector::v1::OptionSpec;
using OptionTexts = google::protobuf::Map<std::string, v1::OptionText>;
using OptionSpecs = google::protobuf::RepeatedPtrField<OptionSpec>;
using Options = google::protobuf::RepeatedPtrField<connector::v1::Option>;

// The version of the connector contract that this hub speaks.
constexpr uint32_t kContract = 1;

absl::Status At(std::string_view where, const absl::Status& status) {
  return Failure(status.code(), ReasonOf(status),
                 fmt::format("{}: {}", where, StdView(status.message())));
}

absl::Status CheckKnown(std::string_view where, const OptionSpecs& specs,
                        const OptionTexts& given) {
  std::vector<std::string> known;
  for (const OptionSpec& spec : specs) known.push_back(spec.name());
  for (const auto& [name, option] : given) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Failure(absl::StatusCode::kInvalidArgument, "UNKNOWN_OPTION",
                   fmt::format("{}: the connector has no option \"{}\"{}", where, name,
                               DidYouMean(name, known)));
  }
  return absl::OkStatus();
}

// A connector may give the default of a duration as it gets it: in milliseconds.
std::string DefaultOf(const OptionSpec& spec) {
  const std::string& value = spec.default_value();
  const bool bare = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
  return spec.type() == connector::v1::OPTION_TYPE_DURATION && bare ? value + "ms" : value;
}

absl::Status AddOptions(std::string_view where, const OptionSpecs& specs, const OptionTexts& given,
                        std::string_view folder, Options* options) {
  RETURN_IF_ERROR(CheckKnown(where, specs, given));
  for (const OptionSpec& spec : specs) {
    const auto found = given.find(spec.name());
    std::string value = DefaultOf(spec);
    if (found != given.end()) {
      absl::StatusOr<Secret> secret = Resolve(found->second);
      if (!secret.ok()) return At(fmt::format("{}.{}", where, spec.name()), secret.status());
      value = secret->Reveal();
    } else if (spec.required()) {
      return Failure(absl::StatusCode::kInvalidArgument, "MISSING_OPTION",
                     fmt::format("{}: the option \"{}\" is missing", where, spec.name()));
    } else if (value.empty()) {
      continue;
    }
    absl::StatusOr<std::string> converted = ConvertOption(spec, value, folder);
    if (!converted.ok()) return At(fmt::format("{}.{}", where, spec.name()), converted.status());
    connector::v1::Option* option = options->Add();
    option->set_name(spec.name());
    option->set_value(*std::move(converted));
  }
  return absl::OkStatus();
}

absl::Status AddDatasets(const Loaded& loaded, const v1::Connection& config,
                         const connector::v1::Manifest& manifest,
                         connector::v1::OpenRequest* request) {
  // Sorted, so that a connector is always opened alike.
  const std::map<std::string, v1::DatasetConfig> datasets(config.datasets().begin(),
                                                          config.datasets().end());
  for (const auto& [name, dataset] : datasets) {
    connector::v1::Dataset* added = request->add_datasets();
    added->set_name(name);
    added->set_kind(dataset.kind());
    *added->mutable_key() = dataset.mapping().key();
    const std::string where =
        fmt::format("connections.{}.datasets.{}.options", request->connection(), name);
    RETURN_IF_ERROR(AddOptions(where, manifest.dataset_options(), dataset.options(), loaded.folder,
                               added->mutable_options()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<connector::v1::OpenRequest> MakeOpenRequest(
    const Loaded& loaded, std::string_view connection, const connector::v1::Manifest& manifest) {
  const auto found = loaded.config.connections().find(std::string(connection));
  if (found == loaded.config.connections().end()) {
    return Failure(absl::StatusCode::kNotFound, "CONNECTION_NOT_FOUND",
                   fmt::format("there is no connection \"{}\"", connection));
  }
  if (manifest.contract_first() > kContract) {
    return Failure(
        absl::StatusCode::kFailedPrecondition, "CONTRACT_TOO_NEW",
        fmt::format("connector {} {} needs version {} of the connector contract; this "
                    "hub speaks version {}",
                    manifest.id(), manifest.version(), manifest.contract_first(), kContract));
  }
  connector::v1::OpenRequest request;
  request.set_contract(kContract);
  request.set_connection(std::string(connection));
  request.set_time_zone(loaded.config.hub().time_zone());
  RETURN_IF_ERROR(AddOptions(fmt::format("connections.{}.options", connection), manifest.options(),
                             found->second.options(), loaded.folder, request.mutable_options()));
  RETURN_IF_ERROR(AddDatasets(loaded, found->second, manifest, &request));
  return request;
}

}  // namespace entrepot::config
