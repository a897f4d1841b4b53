#include "dataset_reader.h"

#include <algorithm>

namespace entrepot::csv {
namespace {

constexpr uint64_t kRowsPerTick = 1024;
// Of a bad row, so that one does not fill a batch.
constexpr size_t kRawBytesMax = 16 * 1024;

std::string Shown(std::string_view raw) {
  if (raw.size() <= kRawBytesMax) return Printable(raw);
  return Printable(raw.substr(0, kRawBytesMax)) + "…";
}

sdk::BadRow Bad(const std::string& location, uint64_t line, uint64_t column, std::string raw,
                std::string reason) {
  sdk::BadRow row;
  row.location = location;
  row.line = line;
  row.column = column;
  row.raw = std::move(raw);
  row.reason = std::move(reason);
  return row;
}

uint64_t FileSize(const TakenFile& file) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(file.path, error);
  return error ? 0 : size;
}

std::optional<TakenFile> FirstAfter(const std::vector<TakenFile>& files, uint64_t number) {
  for (const TakenFile& file : files) {
    if (file.number > number) return file;
  }
  return std::nullopt;
}

std::optional<TakenFile> WithNumber(const std::vector<TakenFile>& files, uint64_t number) {
  std::optional<TakenFile> file = FirstAfter(files, number - 1);
  if (file && file->number != number) file.reset();
  return file;
}

}  // namespace

DatasetReader::DatasetReader(DatasetOptions options)
    : options_(std::move(options)), drop_(options_.drop) {}

void DatasetReader::Read(sdk::Call& call, const sdk::ReadRequest& request, sdk::Batch& batch) {
  if (!request.preview) PutAway(Cursor::Decode(request.committed_cursor));
  if (request.preview != preview_) {
    open_.reset();
    foreseen_.clear();
    preview_ = request.preview;
  }
  Cursor cursor = Cursor::Decode(request.cursor);
  if (request.full) {
    open_.reset();
    cursor = StartAgain(call);
  }
  if (open_ && open_->cursor == cursor && !open_->fresh) {
    GiveRows(call, &batch);
    return;
  }
  open_.reset();
  const std::optional<TakenFile> file = Locate(call, &cursor, &batch);
  if (!file) {
    batch.next_cursor = cursor.Encode();
    batch.end = batch.size() == 0;
    if (batch.end) foreseen_.clear();
    return;
  }
  if (Start(*file, cursor, &batch)) GiveRows(call, &batch);
}

// Takes the files that are complete, or, only to look, notes which those are. What was noted keeps
// its number until the reading ends.
void DatasetReader::Take(uint64_t after) {
  if (!preview_) return drop_.Claim(after);
  for (TakenFile& file : drop_.Foresee(after)) {
    const bool known = std::any_of(foreseen_.begin(), foreseen_.end(),
                                   [&](const TakenFile& noted) { return noted.path == file.path; });
    if (known) continue;
    if (!foreseen_.empty()) file.number = foreseen_.back().number + 1;
    foreseen_.push_back(std::move(file));
  }
}

std::vector<TakenFile> DatasetReader::Work() const {
  std::vector<TakenFile> work = drop_.Work();
  work.insert(work.end(), foreseen_.begin(), foreseen_.end());
  return work;
}

// What the hub has committed leaves the work folder. Whether the file was usable is seen again from
// its header, because nobody remembers it over a restart.
void DatasetReader::PutAway(const Cursor& committed) {
  if (committed.number == 0 || committed.replay) return;
  for (const TakenFile& file : drop_.Work()) {
    if (!committed.Covers(file.number)) break;
    try {
      FileReader reader(file.path, options_.format);
    } catch (const UnusableFile&) {
      drop_.Reject(file);
      continue;
    }
    drop_.Finish(file);
  }
}

// The cursor from which everything is read again.
Cursor DatasetReader::StartAgain(sdk::Call& call) {
  last_rows_.reset();
  foreseen_.clear();
  Take(0);
  const std::vector<TakenFile> work = Work();
  const std::vector<TakenFile> done = drop_.Done();
  if (work.empty() && done.empty()) {
    call.log().Warning("dataset '" + options_.name +
                       "': there is nothing to read again, no file has been kept");
  }
  if (options_.full_content) {
    // A new file that holds everything is better than an old one.
    if (!work.empty()) return {.number = work.front().number - 1};
    if (!done.empty()) return {.replay = true, .number = done.back().number - 1};
    return {};
  }
  return {.replay = true};
}

void DatasetReader::LoadLastRows(sdk::Call& call) {
  auto last_rows = std::make_unique<LastRows>(options_.full_content ? std::vector<std::string>()
                                                                    : options_.format.key);
  last_replayed_ = 0;
  for (const TakenFile& file : drop_.Done()) {
    last_replayed_ = file.number;
    try {
      FileReader reader(file.path, options_.format);
      last_rows->Add(file.number, reader, [&] { call.ThrowIfCancelled(); });
    } catch (const UnusableFile&) {
      // It was usable once: the configuration has changed. Start says so when it comes to it.
    }
  }
  last_rows_ = std::move(last_rows);
}

// The file in which `cursor` stands, or the one after; nothing: no file for now. `cursor` is moved
// to where reading goes on.
std::optional<TakenFile> DatasetReader::Locate(sdk::Call& call, Cursor* cursor, sdk::Batch* batch) {
  if (cursor->replay) {
    if (!last_rows_) LoadLastRows(call);
    const std::vector<TakenFile> done = drop_.Done();
    std::optional<TakenFile> file = cursor->ended ? std::nullopt : WithNumber(done, cursor->number);
    if (!file) {
      file = FirstAfter(done, cursor->number);
      *cursor = {.replay = true, .number = cursor->number};
    }
    if (file && file->number <= last_replayed_) return file;
    last_rows_.reset();
    *cursor = {.number = std::max(cursor->number, last_replayed_)};
  }
  if (!cursor->ended) {
    std::optional<TakenFile> file = WithNumber(Work(), cursor->number);
    if (!file) file = WithNumber(drop_.Done(), cursor->number);
    if (file && FileSize(*file) == cursor->size) return file;
    if (file) {
      call.log().Warning("'" + file->name +
                         "' has changed since a part of it was read; it is read from its start");
      *cursor = {.number = file->number - 1};
      return file;
    }
    batch->AddBadRow(Bad("file number " + std::to_string(cursor->number), cursor->line, 0, "",
                         "the file has vanished from the work folder of dataset '" + options_.name +
                             "' before this line was read; drop it again"));
    *cursor = {.number = cursor->number};
    return std::nullopt;
  }
  return NextNew(call, cursor->number);
}

// The next file after a number. Finished ones count as well: a hub that was restored from a backup
// knows less than it once did.
std::optional<TakenFile> DatasetReader::NextNew(sdk::Call& call, uint64_t after) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::optional<TakenFile> file = FirstAfter(drop_.Done(), after);
    if (!file) file = FirstAfter(Work(), after);
    if (!file) {
      Take(after);
      file = FirstAfter(Work(), after);
    }
    if (file && IsOpenForWriting(file->path)) return std::nullopt;
    if (file) return file;
    // Somebody who drops a file and asks for a sync wants it to be read.
    const std::chrono::milliseconds wait = drop_.UntilSettled();
    if (wait.count() == 0) return std::nullopt;
    call.Sleep(wait);
  }
  return std::nullopt;
}

// Opens the file. False: it cannot be used, which is in the batch.
bool DatasetReader::Start(const TakenFile& file, const Cursor& cursor, sdk::Batch* batch) {
  try {
    auto open = std::make_unique<OpenFile>(file, options_.format);
    if (!cursor.ended && cursor.number == file.number) {
      open->cursor = cursor;
      open->fresh = false;
      open->reader.Seek(cursor.offset, cursor.line);
    } else {
      open->cursor = {.replay = cursor.replay, .number = file.number, .ended = false};
      open->cursor.size = FileSize(file);
      open->cursor.snapshot = options_.full_content;
      open->cursor.offset = open->reader.offset();
      open->cursor.line = open->reader.line();
    }
    open_ = std::move(open);
    return true;
  } catch (const UnusableFile& unusable) {
    batch->AddBadRow(Bad(file.name, unusable.line(), 1, Shown(unusable.raw()),
                         std::string(unusable.what()) + ". Nothing of the file was read; correct " +
                             "it and drop it again" +
                             (cursor.replay ? "" : " (it is kept in .entrepot/rejected)")));
    batch->next_cursor = Cursor{.replay = cursor.replay, .number = file.number}.Encode();
    return false;
  }
}

void DatasetReader::GiveRows(sdk::Call& call, sdk::Batch* batch) {
  // Gone if this throws: then the reader is ahead of any cursor that the hub has.
  std::unique_ptr<OpenFile> open = std::move(open_);
  FileReader& reader = open->reader;
  const std::string location = open->file.name;
  const uint64_t first_offset = reader.offset();
  batch->snapshot_begin = open->fresh && open->cursor.snapshot;
  batch->rows().Begin(location, reader.columns());
  bool ended = false;
  for (uint64_t count = 1; !batch->full(); ++count) {
    if (count % kRowsPerTick == 0) call.ThrowIfCancelled();
    const Scan scan = reader.Next();
    if (scan == Scan::kEnd) {
      ended = true;
      break;
    }
    if (scan == Scan::kFault) {
      GiveBadRow(reader, location, batch);
    } else if (!open->cursor.replay || last_rows_->Holds(open->file.number, reader)) {
      GiveRow(reader, batch);
    }
  }
  open->fresh = false;
  open->cursor.offset = reader.offset();
  open->cursor.line = reader.line();
  if (ended) {
    End(call, open.get(), batch);
  } else if (reader.offset() > first_offset && open->cursor.size > reader.offset()) {
    batch->remaining =
        (open->cursor.size - reader.offset()) * batch->size() / (reader.offset() - first_offset);
  }
  batch->next_cursor = open->cursor.Encode();
  if (!ended) open_ = std::move(open);
}

void DatasetReader::GiveRow(const FileReader& reader, sdk::Batch* batch) const {
  sdk::RowsWriter& rows = batch->rows();
  for (const Cell& cell : reader.row().cells) rows.Cell(cell.text, cell.position);
  rows.EndRow({.line = reader.row_line(), .raw = reader.row().raw});
}

void DatasetReader::GiveBadRow(const FileReader& reader, const std::string& location,
                               sdk::Batch* batch) const {
  batch->AddBadRow(Bad(location, reader.row_line(), reader.row().fault_position,
                       Shown(reader.row().raw), reader.row().fault));
}

void DatasetReader::End(sdk::Call& call, OpenFile* open, sdk::Batch* batch) const {
  open->cursor.ended = true;
  batch->snapshot_end = open->cursor.snapshot;
  if (open->cursor.snapshot && FileSize(open->file) != open->cursor.size) {
    call.log().Warning("'" + open->file.name +
                       "' has changed while it was read, so nothing counts as deleted");
    batch->snapshot_end = false;
  }
}

}  // namespace entrepot::csv
