// Checks of the file, the entry, the manifest, the life cycle, memory and versions.
#include <fmt/core.h>
#include <time.h>

#include <set>
#include <system_error>

#include "plugins/conformance/checks.h"
#include "plugins/host/inspection.h"
#include "re2/re2.h"

namespace entrepot::conformance {
namespace {

namespace fs = std::filesystem;

// Entry, manifest and table may cost this much of a processor.
constexpr int64_t kEntryCpuMsMax = 100;
constexpr int kReopenings = 50;

size_t CountIn(const char* folder) {
  std::error_code code;
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    (void)entry;
    ++count;
  }
  return count;
}
size_t Threads() { return CountIn("/proc/self/task"); }
size_t OpenFiles() { return CountIn("/proc/self/fd"); }

int64_t CpuMs() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

Verdict EntryIsPure(const Context& context) {
  const size_t threads = Threads();
  const size_t files = OpenFiles();
  const int64_t cpu_ms = CpuMs();
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  const int64_t took_ms = CpuMs() - cpu_ms;
  if (Threads() != threads) return Fail("loading it or its entry started a thread");
  if (OpenFiles() != files) return Fail("loading it or its entry left a file or socket open");
  if (took_ms > kEntryCpuMsMax) {
    return Fail(fmt::format("loading it and its entry took {} ms of processor time, more than {}",
                            took_ms, kEntryCpuMsMax));
  }
  return Ok();
}

std::string OptionMistake(const contract::OptionSpec& option, std::set<std::string>* names) {
  static const RE2 kName("[a-z][a-z0-9_]*");
  if (!RE2::FullMatch(option.name(), kName)) return "is not lower case letters, digits and '_'";
  if (!names->insert(option.name()).second) return "is declared twice";
  if (option.description().empty()) return "has no description";
  if (option.type() == contract::OPTION_TYPE_UNSPECIFIED) return "has no type";
  const bool choice = option.type() == contract::OPTION_TYPE_CHOICE;
  if (choice != (option.choices_size() > 0)) return "has choices without being one, or none";
  if (option.required() && !option.default_value().empty()) return "is required and has a default";
  if (option.secret() && !option.default_value().empty()) return "is secret and has a default";
  return "";
}

Verdict ManifestIsComplete(const contract::Manifest& manifest) {
  static const RE2 kVersion(R"(\d+\.\d+\.\d+([-+].+)?)");
  if (!RE2::FullMatch(manifest.version(), kVersion)) {
    return Fail(fmt::format("version '{}' is no semantic version", manifest.version()));
  }
  if (manifest.title().empty()) return Fail("it has no title");
  if (!manifest.source() && !manifest.sink()) return Fail("it is neither source nor sink");
  for (const auto* options : {&manifest.options(), &manifest.dataset_options()}) {
    std::set<std::string> names;
    for (const contract::OptionSpec& option : *options) {
      const std::string mistake = OptionMistake(option, &names);
      if (!mistake.empty()) return Fail(fmt::format("option '{}' {}", option.name(), mistake));
    }
  }
  return Ok(fmt::format("{} {}, {}", manifest.id(), manifest.version(),
                        manifest.source() && manifest.sink() ? "source and sink"
                        : manifest.source()                  ? "source"
                                                             : "sink"));
}

Verdict OpensUnder(const Context& context, HostAge age) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table(), age);
  if (!driver.created()) return Fail("create gives no instance");
  const Outcome opened = driver.Call(driver.table().open, context.OpenRequest(), nullptr);
  if (!opened.ok()) return Fail("open: " + opened.Text());
  if (driver.table().check != nullptr) {
    contract::CheckResponse answer;
    (void)driver.Call(driver.table().check, contract::CheckRequest(), &answer);
  }
  const Outcome closed = driver.Call(driver.table().close, contract::CloseRequest(), nullptr);
  return closed.ok() ? Ok() : Fail("close: " + closed.Text());
}

Verdict IgnoresUnknownFields(const Context& context) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table());
  // Field 1007 as text, number and fixed32, as a later hub may send it.
  const std::string later(
      "\xfa\x3e\x03"
      "abc"
      "\xf8\x3e\x05"
      "\xfd\x3e"
      "1234",
      15);
  const Outcome opened = driver.CallBytes(
      driver.table().open, context.OpenRequest().SerializeAsString() + later, nullptr);
  return opened.ok() ? Ok() : Fail("open: " + opened.Text());
}

Verdict RefusesTruncatedRequest(const Context& context) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table());
  const std::string whole = context.OpenRequest().SerializeAsString();
  // Cut within the last field's text.
  const Outcome opened =
      driver.CallBytes(driver.table().open, whole.substr(0, whole.size() - 1), nullptr);
  if (opened.status >= 0) return Fail("open accepts a request that is cut off");
  if (opened.reason.empty()) return Fail("open refuses a request that is cut off without a reason");
  return Ok();
}

Verdict CallsBeforeOpenFail(const Context& context) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver driver((*library)->table());
  for (const entrepot_method method :
       {driver.table().check, driver.table().read, driver.table().apply, driver.table().find}) {
    if (method == nullptr) continue;
    if (driver.CallBytes(method, "", nullptr).status >= 0) {
      return Fail("a call before open succeeds");
    }
  }
  driver.Interrupt();
  return Ok();
}

Verdict ReopensWithoutGrowth(const Context& context) {
  const auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  absl::Status status = (*session)->Reopen();
  const size_t threads = Threads();
  const size_t files = OpenFiles();
  for (int i = 0; i < kReopenings && status.ok(); ++i) status = (*session)->Reopen();
  if (!status.ok()) return VerdictOf(status);
  if (Threads() > threads) {
    return Fail(
        fmt::format("{} threads more after opening {} times", Threads() - threads, kReopenings));
  }
  if (OpenFiles() > files) {
    return Fail(fmt::format("{} files or sockets more after opening {} times", OpenFiles() - files,
                            kReopenings));
  }
  return Ok();
}

Verdict DestroysWithoutClose(const Context& context) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  const size_t threads = Threads();
  const size_t files = OpenFiles();
  for (int i = 0; i < 3; ++i) {
    Driver driver((*library)->table());
    const Outcome opened = driver.Call(driver.table().open, context.OpenRequest(), nullptr);
    if (!opened.ok()) return Fail("open: " + opened.Text());
  }
  if (Threads() != threads) return Fail("a thread runs on after destroy");
  if (OpenFiles() > files) return Fail("a file or socket stays open after destroy");
  return Ok();
}

Verdict TwoInstancesLiveTogether(const Context& context) {
  const auto library = context.Load();
  if (!library.ok()) return VerdictOf(library.status());
  Driver first((*library)->table());
  Driver second((*library)->table());
  for (Driver* driver : {&first, &second}) {
    const Outcome opened = driver->Call(driver->table().open, context.OpenRequest(), nullptr);
    if (!opened.ok()) return Fail("open: " + opened.Text());
  }
  const Outcome closed = first.Call(first.table().close, contract::CloseRequest(), nullptr);
  if (!closed.ok()) return Fail("close: " + closed.Text());
  const Outcome other = second.Call(second.table().close, contract::CloseRequest(), nullptr);
  return other.ok() ? Ok() : Fail("close of the second: " + other.Text());
}

Verdict LivesWithoutMemory(const Context& context) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  Driver& driver = (*session)->driver();
  for (const entrepot_method method : {driver.table().check, driver.table().discover}) {
    if (method == nullptr) continue;
    driver.RefuseMemory(true);
    const Outcome without = driver.CallBytes(method, "", nullptr);
    if (without.status < 0 && without.reason.empty()) {
      return Fail("without memory for its answer it fails without a reason");
    }
    if (!without.ok() && without.status >= 0) return Fail(without.reason);
    driver.RefuseMemory(false);
    (void)driver.CallBytes(method, "", nullptr);
  }
  return VerdictOf((*session)->Reopen());
}

Verdict ChecksTheOutsideSystem(const Context& context) {
  auto session = Session::Open(context);
  if (!session.ok()) return VerdictOf(session.status());
  if ((*session)->table().check == nullptr) return Skip("it has no 'check'");
  contract::CheckResponse answer;
  const Outcome outcome =
      (*session)->driver().Call((*session)->table().check, contract::CheckRequest(), &answer);
  if (!outcome.ok()) return Fail(outcome.Text());
  if (answer.findings_size() == 0) return Fail("it does not say what it looked at");
  return Ok(answer.findings(0));
}

}  // namespace

std::vector<Check> FileChecks(const Context& context) {
  return {{"file: is named after its id", [context] {
             const auto bytes = host::ReadPlugin(context.subject.file);
             if (!bytes.ok()) return VerdictOf(bytes.status());
             const auto inspection = host::Inspect(context.subject.file, *bytes);
             if (!inspection.ok()) return Skip("it may not be loaded");
             if (context.subject.file.filename() == inspection->id + ".so") return Ok();
             return Fail(fmt::format("the hub looks for {}.so", inspection->id));
           }}};
}

std::vector<Check> TableChecks(const Context& context) {
  using Function = Verdict (*)(const Context&);
  const std::pair<const char*, Function> table[] = {
      {"entry: pure and fast", EntryIsPure},
      {"manifest: complete", [](const Context& c) { return ManifestIsComplete(c.manifest); }},
      {"versions: works in an older hub",
       [](const Context& c) { return OpensUnder(c, HostAge::kOlder); }},
      {"versions: works in a newer hub",
       [](const Context& c) { return OpensUnder(c, HostAge::kNewer); }},
      {"versions: ignores fields of a later hub", IgnoresUnknownFields},
      {"requests: a truncated one is refused", RefusesTruncatedRequest},
      {"life: calls before open fail", CallsBeforeOpenFail},
      {"life: opens again and again without growth", ReopensWithoutGrowth},
      {"life: destroy without close ends everything", DestroysWithoutClose},
      {"life: two connections live side by side", TwoInstancesLiveTogether},
      {"memory: lives with none for its answer", LivesWithoutMemory},
      {"check: tells what it looked at", ChecksTheOutsideSystem},
  };
  std::vector<Check> checks;
  for (const auto& [name, function] : table) {
    checks.push_back({name, [context, function = function] { return function(context); }});
  }
  return checks;
}

}  // namespace entrepot::conformance
