// Checks of what a connector says to wrong options, and that it keeps secrets to itself.
#include <fmt/core.h>

#include "plugins/conformance/checks.h"

namespace entrepot::conformance {
namespace {

// What a user may have mistyped, by type; empty: any text is valid.
std::string WrongValueFor(contract::OptionType type) {
  switch (type) {
    case contract::OPTION_TYPE_INTEGER:
    case contract::OPTION_TYPE_DURATION: return "twelve";
    case contract::OPTION_TYPE_BOOLEAN: return "perhaps";
    case contract::OPTION_TYPE_CHOICE: return "none of the choices";
    default: return "";
  }
}

// Opens with the request and expects BAD_CONFIGURATION that names the option.
Verdict ExpectRefused(const Context& context, const contract::OpenRequest& request,
                      const std::string& option) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table());
  const Outcome opened = driver.Call(driver.table().open, request, nullptr);
  if (opened.status >= 0) return Fail("open accepts it");
  if (opened.status != ENTREPOT_BAD_CONFIGURATION) {
    return Fail("BAD_CONFIGURATION was expected, not " + opened.Text());
  }
  if (opened.reason.find(option) == std::string::npos) {
    return Fail("the reason does not name the option: " + opened.Text());
  }
  // The same instance must open with the right ones afterwards.
  const Outcome again = driver.Call(driver.table().open, context.OpenRequest(), nullptr);
  return again.ok() ? Ok(opened.reason) : Fail("after it, it does not open: " + again.Text());
}

contract::OpenRequest Without(contract::OpenRequest request, const std::string& name) {
  for (int i = request.options_size() - 1; i >= 0; --i) {
    if (request.options(i).name() == name) request.mutable_options()->DeleteSubrange(i, 1);
  }
  return request;
}

contract::OpenRequest With(const contract::OpenRequest& request, const std::string& name,
                           const std::string& value) {
  contract::OpenRequest changed = Without(request, name);
  contract::Option* option = changed.add_options();
  option->set_name(name);
  option->set_value(value);
  return changed;
}

// Secrets must not come up in anything it says, even when they are wrong.
Verdict KeepsSecret(const Context& context, const std::string& name) {
  const std::string secret = "conformance-secret-4711";
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table());
  const contract::OpenRequest request = With(context.OpenRequest(), name, secret);
  if (driver.Call(driver.table().open, request, nullptr).ok() && driver.table().check != nullptr) {
    contract::CheckResponse answer;
    (void)driver.Call(driver.table().check, contract::CheckRequest(), &answer);
    for (const std::string& finding : answer.findings()) {
      if (finding.find(secret) != std::string::npos) return Fail("check shows it: " + finding);
    }
  }
  if (driver.Said().find(secret) != std::string::npos) {
    return Fail("it comes up in what the connector logs or gives as a reason");
  }
  return Ok();
}

}  // namespace

std::vector<Check> OptionChecks(const Context& context) {
  std::vector<Check> checks;
  const contract::OpenRequest whole = context.OpenRequest();
  for (const contract::OptionSpec& spec : context.manifest.options()) {
    const std::string& name = spec.name();
    if (spec.required()) {
      checks.push_back({fmt::format("options: '{}' missing is refused by name", name),
                        [=] { return ExpectRefused(context, Without(whole, name), name); }});
    }
    const std::string wrong = WrongValueFor(spec.type());
    if (!wrong.empty()) {
      checks.push_back({fmt::format("options: '{}' with a wrong value is refused by name", name),
                        [=] { return ExpectRefused(context, With(whole, name, wrong), name); }});
    }
    if (spec.secret()) {
      checks.push_back({fmt::format("options: the secret '{}' is never shown", name),
                        [=] { return KeepsSecret(context, name); }});
    }
  }
  checks.push_back({"options: an unknown one is refused by name", [=] {
                      const std::string name = "no_such_option";
                      return ExpectRefused(context, With(whole, name, "1"), name);
                    }});
  return checks;
}

}  // namespace entrepot::conformance
