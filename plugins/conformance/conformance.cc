#include "plugins/conformance/conformance.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <system_error>

#include "plugins/conformance/checks.h"
#include "plugins/conformance/verdict.h"

namespace entrepot::conformance {
namespace {

namespace fs = std::filesystem;

// A check that takes longer counts as hanging.
constexpr absl::Duration kCheckTimeMax = absl::Seconds(60);

// Runs checks and keeps the score.
class Suite {
 public:
  explicit Suite(std::ostream* out) : out_(*out) {}

  Verdict Run(const Check& check) {
    Verdict verdict = RunIsolated(check.run, kCheckTimeMax);
    Report(check.name, verdict);
    return verdict;
  }
  void Run(const std::vector<Check>& checks) {
    for (const Check& check : checks) Run(check);
  }
  void Report(const std::string& name, const Verdict& verdict) {
    const char* word = "ok  ";
    if (verdict.kind == Verdict::Kind::kSkipped) word = "skip";
    if (verdict.kind == Verdict::Kind::kFailed) word = "FAIL";
    ++counts_[static_cast<int>(verdict.kind)];
    out_ << word << "  " << name << (verdict.text.empty() ? "" : ": ") << verdict.text << std::endl;
  }
  int Finish() {
    out_ << fmt::format("{} checks held, {} skipped, {} failed", counts_[0], counts_[1], counts_[2])
         << std::endl;
    return counts_[2];
  }

 private:
  std::ostream& out_;
  int counts_[3] = {0, 0, 0};
};

// Loads in a child, so that this process never runs the connector's code. The bytes come through a
// file: what a check returns is for people.
bool LoadManifest(Context* context, Suite* suite) {
  const fs::path place = context->scratch / "manifest";
  const Check check{"file: is inspected and loads", [&]() -> Verdict {
                      const auto library = context->Load();
                      if (!library.ok()) return VerdictOf(library.status());
                      FILE* file = fopen(place.c_str(), "wb");
                      if (file == nullptr) return Fail("the suite's own folder is not writable");
                      const std::string bytes = (*library)->manifest().SerializeAsString();
                      fwrite(bytes.data(), 1, bytes.size(), file);
                      fclose(file);
                      return Ok();
                    }};
  if (suite->Run(check).kind != Verdict::Kind::kOk) return false;
  FILE* file = fopen(place.c_str(), "rb");
  if (file == nullptr) return false;
  std::string bytes(1 << 20, '\0');
  bytes.resize(fread(bytes.data(), 1, bytes.size(), file));
  fclose(file);
  return context->manifest.ParseFromString(bytes);
}

void RunDatasetChecks(const Context& context, Suite* suite) {
  if (context.subject.datasets.empty()) {
    suite->Report("datasets", Skip("none was given, so reading and writing is not checked"));
  }
  for (const contract::Dataset& dataset : context.subject.datasets) {
    if (context.manifest.source()) suite->Run(SourceChecks(context, dataset));
    if (context.manifest.sink()) suite->Run(SinkChecks(context, dataset));
  }
}

}  // namespace

int RunConformance(const Subject& subject, std::ostream& out) {
  Suite suite(&out);
  std::error_code code;
  std::string pattern = (fs::temp_directory_path(code) / "entrepot-conformance.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    suite.Report("suite", Fail("the folder for temporary files is not writable"));
    return suite.Finish();
  }
  Context context{subject, {}, pattern};
  context.subject.file = fs::absolute(subject.file, code);
  suite.Run(FileChecks(context));
  if (LoadManifest(&context, &suite)) {
    suite.Run(TableChecks(context));
    suite.Run(OptionChecks(context));
    if (context.manifest.waits()) suite.Run(WaitChecks(context));
    RunDatasetChecks(context, &suite);
  }
  fs::remove_all(context.scratch, code);
  return suite.Finish();
}

int RunConformance(const fs::path& file, const std::map<std::string, std::string>& options,
                   const std::vector<contract::Dataset>& datasets, std::ostream& out) {
  return RunConformance(Subject{file, options, datasets}, out);
}

}  // namespace entrepot::conformance
