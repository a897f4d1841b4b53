// Reads one dataset: everything in one snapshot at first and when asked, then what has changed
// since, in order of the cursor's column and the key behind it.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cursor.h"
#include "dataset.h"
#include "driver.h"

namespace entrepot::sdk {
class Batch;
struct ListRequest;
struct ListResponse;
struct ReadRequest;
}  // namespace entrepot::sdk

namespace entrepot::sql {

class Reader {
 public:
  // `options` outlive it.
  explicit Reader(const DatasetOptions* options) : options_(*options) {}

  // As sdk::Connector::Read. `session` is used by this reader alone from Read to Read, or until
  // Leave. Throws SqlError and sdk::Error.
  void Read(const sdk::Call& call, Session* session, const sdk::ReadRequest& request,
            sdk::Batch* batch);
  // Ids and digests of all rows, page by page, in order of the key. Throws as Read.
  void List(const sdk::Call& call, Session* session, const sdk::ListRequest& request,
            sdk::ListResponse* response) const;
  // Ends what is open on the session; nullptr: the session is gone.
  void Leave(Session* session);

  // Is a query open, from call to call?
  bool open() const { return stream_.rows != nullptr; }
  const DatasetOptions& options() const { return options_; }

 private:
  // A query under way, and what its columns are.
  struct Stream {
    std::unique_ptr<Rows> rows;
    std::vector<size_t> order;  // columns that it is ordered by: the cursor's, then the key's
    bool fresh = true;          // nothing of it has been given
  };

  void Open(Session* session, Cursor* cursor);
  void OpenSnapshot(Session* session, Cursor* cursor);
  void OpenChanges(Session* session, Cursor* cursor);
  void OpenDeletions(Session* session, Cursor* cursor);
  std::vector<size_t> IndicesOf(const std::vector<std::string>& names, const Rows& rows) const;
  void NoteColumns(const std::vector<Column>& columns);
  OwnText FloorOf(Session* session, const Column& column, const OwnText& example) const;
  void BeginRun(Session* session, Progress* progress);
  void EndRun(Session* session, const Column& column, Progress* progress) const;
  bool GiveRows(const sdk::Call& call, Cursor* cursor, sdk::Batch* batch);
  void GiveRow(bool deleted, sdk::Batch* batch);
  void NotePosition(Cursor* cursor);
  void End(Session* session, Cursor* cursor, sdk::Batch* batch);
  void WarnOfRounding(const sdk::Call& call);

  const DatasetOptions& options_;
  Stream stream_;
  Cursor expected_;                   // of the next call, if it goes on where this one ended
  std::vector<std::string> columns_;  // of the query
  std::set<std::string> warned_;
};

}  // namespace entrepot::sql
