#include <fmt/core.h>

#include "core/base/status_macros.h"
#include "plugins/conformance/checks.h"

namespace entrepot::conformance {

absl::StatusOr<std::shared_ptr<const host::Library>> Context::Load() const {
  return host::Library::Load(subject.file, scratch);
}

contract::OpenRequest Context::OpenRequest() const {
  contract::OpenRequest request;
  request.set_contract(host::kContractLast);
  request.set_connection("conformance");
  request.set_time_zone(subject.time_zone);
  for (const auto& [name, value] : subject.options) {
    contract::Option* option = request.add_options();
    option->set_name(name);
    option->set_value(value);
  }
  for (const contract::Dataset& dataset : subject.datasets) *request.add_datasets() = dataset;
  return request;
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const Context& context) {
  auto session = std::make_unique<Session>();
  ASSIGN_OR_RETURN(session->library_, context.Load());
  session->request_ = context.OpenRequest();
  session->driver_ = std::make_unique<Driver>(session->table());
  if (!session->driver_->created()) return absl::InternalError("create gives no instance");
  const Outcome opened = session->driver_->Call(session->table().open, session->request_, nullptr);
  if (!opened.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("it does not open with these options: {}", opened.Text()));
  }
  return session;
}

absl::Status Session::Reopen() {
  const Outcome closed = driver_->Call(table().close, contract::CloseRequest(), nullptr);
  if (!closed.ok()) return absl::InternalError("close: " + closed.Text());
  const Outcome opened = driver_->Call(table().open, request_, nullptr);
  if (!opened.ok()) return absl::InternalError("opening again: " + opened.Text());
  return absl::OkStatus();
}

}  // namespace entrepot::conformance
