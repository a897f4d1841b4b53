// The sql connector: rows of a database's queries to the hub, and rows of the hub's to its tables.
#include <entrepot/sdk/connector.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connection_options.h"
#include "dataset.h"
#include "driver.h"
#include "reader.h"
#include "writer.h"

namespace entrepot::sql {
namespace {

// A statement ends at its own limit, 60 s at the most, and the server notices a client that is gone
// within a second; the rest is margin.
constexpr std::chrono::seconds kSettle(70);
constexpr size_t kTablesDiscoveredMax = 1000;

class SqlConnector : public sdk::Connector {
 public:
  void Open(sdk::Call& call, const sdk::Settings& settings) override {
    database_ = MakeDatabase(settings);
    for (const sdk::DatasetSettings& dataset : settings.datasets) {
      datasets_.emplace(dataset.name, ReadDataset(dataset));
    }
    listener_ = database_->Listen(SplitNames(settings.options.Text("listen")));
    call.log().Debug("works with " + database_->Name());
  }

  void Check(sdk::Call& call, sdk::CheckResponse& response) override {
    Guarded("", [&] {
      const auto session = database_->Connect(call, Purpose::kRead);
      response.findings.push_back(database_->Name() + " answers: " + session->Version());
      for (const auto& [name, dataset] : datasets_) {
        for (const Statement* statement : dataset.options.Statements()) {
          Guarded("dataset '" + name + "', `" + statement->option() + "`",
                  [&] { session->Explain(*statement); });
          response.findings.push_back("dataset '" + name + "': `" + statement->option() +
                                      "` is understood and allowed");
        }
      }
    });
  }

  void Discover(sdk::Call& call, sdk::DiscoverResponse& response) override {
    Guarded("", [&] {
      const auto session = database_->Connect(call, Purpose::kRead);
      for (Session::Table& table : session->Tables(kTablesDiscoveredMax)) {
        sdk::DiscoveredDataset dataset;
        dataset.name = std::move(table.name);
        dataset.columns = std::move(table.columns);
        response.datasets.push_back(std::move(dataset));
      }
    });
  }

  void Read(sdk::Call& call, const sdk::ReadRequest& request, sdk::Batch& batch) override {
    Reader& reader = DatasetOf(request.dataset).reader;
    WithReading(call, &reader,
                [&](Session* session) { reader.Read(call, session, request, &batch); });
  }

  void List(sdk::Call& call, const sdk::ListRequest& request,
            sdk::ListResponse& response) override {
    Reader& reader = DatasetOf(request.dataset).reader;
    WithReading(call, nullptr,
                [&](Session* session) { reader.List(call, session, request, &response); });
  }

  bool Wait(sdk::Call& call, std::chrono::milliseconds timeout) override {
    // A run that the hub gave up halfway would hold its snapshot for as long as nothing happens.
    if (reading_ != nullptr) reading_->Use(&call);
    LeaveReading();
    if (listener_ == nullptr) {
      call.Sleep(timeout);
      return false;
    }
    bool seen = false;
    Guarded("", [&] { seen = listener_->Wait(call, timeout.count()); });
    return seen;
  }

  void Apply(sdk::Call& call, const sdk::ApplyRequest& request,
             sdk::ApplyResponse& response) override {
    const Dataset& dataset = DatasetOf(request.dataset);
    if (request.items.empty()) return;
    if (!dataset.options.writes()) {
      return Answer(request, sdk::ApplyOutcome::kRefused,
                    "dataset '" + request.dataset +
                        "' has neither `insert` and `update` nor `upsert`, so it can only be read",
                    &response);
    }
    try {
      Writing(call);
    } catch (const SqlError& error) {
      return Answer(request, sdk::ApplyOutcome::kNotSent, error.message(), &response);
    } catch (const sdk::Error& error) {
      return Answer(request, sdk::ApplyOutcome::kNotSent, error.message(), &response);
    }
    dataset.writer.Apply(writing_.get(), request, &response);
    for (const sdk::ApplyResult& result : response.results) {
      // What went wrong may be in what the session remembers: plans of a table that has changed.
      if (result.outcome == sdk::ApplyOutcome::kNotSent) writing_.reset();
      if (writing_ == nullptr) break;
    }
  }

  void Find(sdk::Call& call, const sdk::FindRequest& request,
            sdk::FindResponse& response) override {
    const Dataset& dataset = DatasetOf(request.dataset);
    Guarded("dataset '" + request.dataset + "'", [&] {
      Writing(call);
      try {
        dataset.writer.Find(writing_.get(), request, &response);
      } catch (...) {
        writing_.reset();
        throw;
      }
    });
  }

  void Interrupt() override {
    if (listener_ != nullptr) listener_->Wake();
  }

 private:
  struct Dataset {
    explicit Dataset(DatasetOptions given)
        : options(std::move(given)), reader(&options), writer(&options) {}
    const DatasetOptions options;
    Reader reader;
    const Writer writer;
  };

  // The same for every item.
  static void Answer(const sdk::ApplyRequest& request, sdk::ApplyOutcome outcome,
                     const std::string& message, sdk::ApplyResponse* response) {
    response->results.assign(request.items.size(), {outcome, message, ""});
  }

  template <typename Body>
  void Guarded(const std::string& where, const Body& body) {
    try {
      body();
    } catch (const SqlError& error) {
      ThrowForHub(error, where);
    }
  }

  Dataset& DatasetOf(const std::string& name) {
    const auto at = datasets_.find(name);
    if (at == datasets_.end()) {
      throw sdk::BadData("there is no dataset '" + name + "' in this connection");
    }
    return at->second;
  }

  void LeaveReading() {
    if (active_ != nullptr) active_->Leave(reading_.get());
    active_ = nullptr;
  }

  // Runs `body` with the session for reading. One reader at a time has a query open on it.
  template <typename Body>
  void WithReading(sdk::Call& call, Reader* reader, const Body& body) {
    if (reading_ != nullptr) reading_->Use(&call);
    // With a query open its next rows tell.
    const bool lost =
        reading_ != nullptr && (active_ == nullptr ? !reading_->Answers() : !reading_->usable());
    if (lost) DropReading();
    Guarded(reader == nullptr ? "" : "dataset '" + reader->options().name + "'", [&] {
      if (active_ != reader) LeaveReading();
      if (reading_ == nullptr) reading_ = database_->Connect(call, Purpose::kRead);
      active_ = reader;
      try {
        body(reading_.get());
        if (reader == nullptr || !reader->open()) active_ = nullptr;
      } catch (...) {
        if (!reading_->usable()) DropReading();
        throw;
      }
    });
  }

  void DropReading() {
    if (active_ != nullptr) active_->Leave(nullptr);
    active_ = nullptr;
    reading_.reset();
  }

  void Writing(sdk::Call& call) {
    if (writing_ != nullptr) writing_->Use(&call);
    if (writing_ != nullptr && !writing_->Answers()) writing_.reset();
    if (writing_ == nullptr) writing_ = database_->Connect(call, Purpose::kWrite);
  }

  std::unique_ptr<Database> database_;
  std::map<std::string, Dataset> datasets_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Session> writing_;
  std::unique_ptr<Session> reading_;
  Reader* active_ = nullptr;  // has a query open on reading_
};

void Describe(sdk::ManifestBuilder& about) {
  about.Title("Tables of a PostgreSQL or SQLite database")
      .Source()
      .Sink()
      .TakesRows()
      .Waits()
      .Finds(kSettle);
  DescribeConnection(about);
  DescribeDataset(about);
}

}  // namespace
}  // namespace entrepot::sql

ENTREPOT_CONNECTOR(entrepot::sql::SqlConnector, "sql", "1.0.0", entrepot::sql::Describe)
