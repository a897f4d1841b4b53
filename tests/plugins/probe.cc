// A connector with faults to order, for the tests of the host: its option `behaviour` says what
// goes wrong. Without one it is a healthy source and sink that keeps records in memory.
#include <entrepot/sdk/connector.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace entrepot::sdk;

// Bound to the process, so that what one connection wrote another one finds.
std::map<std::string, uint64_t>& Written() {
  static auto* const written = new std::map<std::string, uint64_t>;
  return *written;
}

class Probe : public Connector {
 public:
  void Open(Call& call, const Settings& settings) override {
    behaviour_ = settings.options.Text("behaviour");
    rows_ = settings.options.Integer("rows");
    token_ = settings.options.Text("token");
    if (behaviour_ == "refuse_open") throw BadConfiguration("behaviour", "must not refuse");
    if (behaviour_ == "tell") call.log().Info("opened with " + token_);
  }

  void Check(Call&, CheckResponse& response) override {
    if (behaviour_ == "denied") throw Denied("the password " + token_ + " is wrong");
    response.findings.push_back(VersionOfBuild());
  }

  void Read(Call& call, const ReadRequest& request, Batch& batch) override {
    Misbehave(call, request);
    int64_t at = request.full ? 0 : PositionOf(request.cursor);
    static const std::vector<std::string> columns = {"sku", "quantity", "name"};
    batch.rows().Begin("memory", columns);
    batch.snapshot_begin = at == 0;
    const bool ignore_limits = behaviour_ == "ignore_limits";
    for (; at < rows_ && (ignore_limits || !batch.full()); ++at) {
      if ((at & 63) == 0) call.ThrowIfCancelled();
      char sku[24];
      const int length = std::snprintf(sku, sizeof(sku), "SKU-%lld", static_cast<long long>(at));
      batch.rows().Cell({sku, static_cast<size_t>(length)}, 1);
      batch.rows().Cell({sku + 4, static_cast<size_t>(length - 4)}, 12);
      if (at % 10 == 9) {
        batch.rows().AbsentCell(20);
      } else {
        batch.rows().Cell("a name of usual length", 20);
      }
      batch.rows().EndRow({.line = static_cast<uint64_t>(at + 1)});
    }
    if (behaviour_ == "lose_rows" && at < rows_) ++at;
    batch.next_cursor = std::to_string(at);
    batch.end = at == rows_;
    batch.snapshot_end = batch.end && (batch.snapshot_begin || batch.size() > 0);
  }

  void Apply(Call&, const ApplyRequest& request, ApplyResponse& response) override {
    for (const ApplyItem& item : request.items) {
      if (behaviour_ != "forget") {
        Written()[item.correlation_key] = item.record ? item.record->revision : 0;
      }
      response.results.push_back({ApplyOutcome::kApplied, "", "probe:" + item.correlation_key});
    }
  }

  void Find(Call&, const FindRequest& request, FindResponse& response) override {
    for (const FindItem& item : request.items) {
      const auto found = Written().find(item.correlation_key);
      FindResult& result = response.results.emplace_back();
      if (found == Written().end()) continue;
      result = {true, "probe:" + item.correlation_key, found->second};
    }
  }

  void Close(Call&) override {
    if (behaviour_ == "fail_close") throw Internal("it does not want to close");
  }

 private:
  int64_t PositionOf(const std::string& cursor) const {
    if (cursor.empty()) return 0;
    const bool number =
        cursor.size() <= 18 && cursor.find_first_not_of("0123456789") == std::string::npos;
    if (!number && behaviour_ == "take_any_cursor") return 0;
    if (!number) throw BadData("the cursor is no number");
    if (std::stoll(cursor) > rows_) throw BadData("the cursor lies past the end");
    return std::stoll(cursor);
  }

  static std::string VersionOfBuild() { return PROBE_VERSION; }

  void Misbehave(Call& call, const ReadRequest& request) {
    if (behaviour_ == "throw_runtime_error") throw std::runtime_error("the disk is on fire");
    if (behaviour_ == "throw_number") throw 42;
    if (behaviour_ == "unavailable") throw Unavailable("nobody answers");
    if (behaviour_ == "rate_limited") {
      throw RateLimited("too fast", std::chrono::milliseconds(2500));
    }
    if (behaviour_ == "garbage_text") throw BadData("bytes \xff\xfe and\na second line");
    if (behaviour_ == "wait") call.Sleep(std::chrono::hours(1));
    if (behaviour_ == "crash") std::abort();
    // Only large calls, so that a test of it does not take long.
    if (behaviour_ == "hold_on" && request.rows_max >= 1'000'000)
      std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    if (behaviour_ == "spin") {
      while (true) call.ThrowIfCancelled();
    }
    if (behaviour_ == "narrow_row") {
      Batch batch(1, 1);
      batch.rows().Begin("memory", std::vector<std::string>{"a", "b"});
      batch.rows().Cell("only one");
      batch.rows().EndRow();
    }
    if (behaviour_ == "echo_full" && request.full) throw Unavailable("full");
  }

  std::string behaviour_;
  std::string token_;
  int64_t rows_ = 0;
};

void Describe(ManifestBuilder& about) {
  about.Title("A connector for the hub's own tests").Source().Sink().Finds({});
  about.Option("behaviour", OptionType::kText, "What goes wrong.");
  about.Option("rows", OptionType::kInteger, "How many rows there are.").Default("250");
  about.Option("token", OptionType::kText, "A secret.").Secret();
  about.Option("mode", OptionType::kChoice, "One of two.")
      .Choices({"slow", "fast"})
      .Default("slow");
  about.Option("pause", OptionType::kDuration, "How long it waits.").Default("1000");
  about.Option("strict", OptionType::kBoolean, "Whether it is strict.");
  about.DatasetOption("table", OptionType::kText, "Where it lies.");
}

}  // namespace

ENTREPOT_CONNECTOR(Probe, "probe", PROBE_VERSION, Describe)
