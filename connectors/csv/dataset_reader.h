// Reads one dataset: which file is next, where in it, and what its end means. Keeps no state that
// the hub's cursor does not hold, but for the file that is open.
#pragma once

#include <entrepot/sdk/connector.h>

#include <memory>
#include <optional>
#include <string>

#include "cursor.h"
#include "drop_folder.h"
#include "file_reader.h"
#include "last_rows.h"

namespace entrepot::csv {

struct DatasetOptions {
  std::string name;
  FileFormat format;
  DropOptions drop;
  // Each file holds everything: what is not in it is not there.
  bool full_content = false;
};

class DatasetReader {
 public:
  explicit DatasetReader(DatasetOptions options);

  // As sdk::Connector::Read.
  void Read(sdk::Call& call, const sdk::ReadRequest& request, sdk::Batch& batch);

  const DatasetOptions& options() const { return options_; }
  const DropFolder& drop() const { return drop_; }

 private:
  struct OpenFile {
    OpenFile(const TakenFile& taken, const FileFormat& format)
        : file(taken), reader(taken.path, format) {}
    TakenFile file;
    FileReader reader;
    Cursor cursor;
    bool fresh = true;  // nothing of it has been given
  };

  void Take(uint64_t after);
  std::vector<TakenFile> Work() const;
  void PutAway(const Cursor& committed);
  Cursor StartAgain(sdk::Call& call);
  void LoadLastRows(sdk::Call& call);
  std::optional<TakenFile> Locate(sdk::Call& call, Cursor* cursor, sdk::Batch* batch);
  std::optional<TakenFile> NextNew(sdk::Call& call, uint64_t after);
  bool Start(const TakenFile& file, const Cursor& cursor, sdk::Batch* batch);
  void GiveRows(sdk::Call& call, sdk::Batch* batch);
  void GiveRow(const FileReader& reader, sdk::Batch* batch) const;
  void GiveBadRow(const FileReader& reader, const std::string& location, sdk::Batch* batch) const;
  void End(sdk::Call& call, OpenFile* open, sdk::Batch* batch) const;

  DatasetOptions options_;
  DropFolder drop_;
  std::unique_ptr<OpenFile> open_;
  std::unique_ptr<LastRows> last_rows_;  // while reading again
  uint64_t last_replayed_ = 0;           // number of the newest file in it
  // While reading only to look: files that stay in the folder, as if they had been taken.
  bool preview_ = false;
  std::vector<TakenFile> foreseen_;
};

}  // namespace entrepot::csv
