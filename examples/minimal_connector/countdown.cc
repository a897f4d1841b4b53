// A complete connector: a source whose one dataset counts down from a number. It shows the options,
// rows with their position, the cursor, and what ends a reading of everything.
#include <entrepot/sdk/connector.h>

#include <charconv>
#include <string>
#include <vector>

namespace {

using namespace entrepot::sdk;

class Countdown : public Connector {
 public:
  void Open(Call& call, const Settings& settings) override {
    start_ = settings.options.Integer("start");
    if (start_ < 0) throw BadConfiguration("start", "must not be negative");
    call.log().Info("counting down from " + std::to_string(start_));
  }

  void Check(Call&, CheckResponse& response) override {
    response.findings.push_back("can count down from " + std::to_string(start_));
  }

  void Discover(Call&, DiscoverResponse& response) override {
    response.datasets.push_back({"numbers", {"number", "label"}});
  }

  // The cursor is the next number to give. Without one, or when everything is asked for
  // again, the reading begins anew.
  void Read(Call& call, const ReadRequest& request, Batch& batch) override {
    batch.snapshot_begin = request.full || request.cursor.empty();
    int64_t number = batch.snapshot_begin ? start_ : Parse(request.cursor);
    static const std::vector<std::string> columns = {"number", "label"};
    batch.rows().Begin("countdown", columns);
    while (number > 0 && !batch.full()) {
      call.ThrowIfCancelled();
      const std::string text = std::to_string(number);
      batch.rows().Cell(text);
      batch.rows().Cell("number " + text);
      batch.rows().EndRow({.line = static_cast<uint64_t>(start_ - number + 1)});
      --number;
    }
    batch.next_cursor = std::to_string(number);
    batch.end = number == 0;
    batch.snapshot_end = batch.end && (batch.snapshot_begin || batch.size() > 0);
  }

 private:
  int64_t Parse(const std::string& cursor) const {
    int64_t number = -1;
    const char* end = cursor.data() + cursor.size();
    const auto [stop, code] = std::from_chars(cursor.data(), end, number);
    if (code != std::errc() || stop != end || number < 0 || number > start_) {
      throw BadData("the cursor '" + cursor + "' is none of this connection's");
    }
    return number;
  }

  int64_t start_ = 0;
};

void Describe(ManifestBuilder& about) {
  about.Title("Counts down, to show how a connector is made").Source();
  about.Option("start", OptionType::kInteger, "The first number.").Default("10");
}

}  // namespace

ENTREPOT_CONNECTOR(Countdown, "countdown", "1.0.0", Describe)
