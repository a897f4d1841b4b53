#include "file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "entrepot/sdk/error.h"
#include "header.h"

namespace entrepot::csv {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;
constexpr size_t kNamesShown = 20;

std::string Quoted(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
    text += (i ? ", '" : "'") + names[i] + "'";
  }
  if (names.size() > kNamesShown) text += " and others";
  return text;
}

}  // namespace

FileHandle::FileHandle(const std::filesystem::path& path)
    : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)),
      name_(Printable(path.string())) {
  if (file_ < 0) {
    throw sdk::Unavailable("cannot open '" + name_ + "': " + std::strerror(errno));
  }
}

FileHandle::~FileHandle() { close(file_); }

size_t FileHandle::ReadAt(uint64_t offset, size_t size, std::string* to) const {
  const size_t before = to->size();
  to->resize(before + size);
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(file_, to->data() + before + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw sdk::Unavailable("cannot read '" + name_ + "': " + std::strerror(errno));
    }
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  to->resize(before + done);
  return done;
}

FileReader::FileReader(const std::filesystem::path& path, const FileFormat& format)
    : format_(format), file_(path), decoder_(format.encoding), scanner_(format.dialect) {
  std::string start;
  file_.ReadAt(0, 3, &start);
  offset_ = read_offset_ = decoder_.TakeMark(start);
  ReadHeader();
}

void FileReader::Seek(uint64_t offset, uint64_t line) {
  scanner_ = RowScanner(format_.dialect);
  decoder_.Reset();
  text_.clear();
  begin_ = 0;
  last_ = false;
  offset_ = read_offset_ = offset;
  line_ = line;
}

// Reads the next piece behind what is left of the text. False: the file has no more.
bool FileReader::Fill() {
  if (last_) return false;
  text_.erase(0, begin_);
  begin_ = 0;
  raw_.clear();
  const size_t count = file_.ReadAt(read_offset_, kPieceBytes, &raw_);
  read_offset_ += count;
  last_ = count < kPieceBytes;
  decoder_.Append(raw_, last_, &text_);
  return true;
}

Scan FileReader::Advance() {
  while (true) {
    const Scan scan = scanner_.Next(std::string_view(text_).substr(begin_), last_, &row_);
    if (scan == Scan::kMore) {
      Fill();
      continue;
    }
    if (scan == Scan::kEnd) return scan;
    row_line_ = line_;
    row_offset_ = offset_;
    begin_ += row_.extent.bytes;
    offset_ += decoder_.RawSize(row_.extent);
    line_ += row_.lines;
    return scan;
  }
}

Scan FileReader::Next() {
  Scan scan = Advance();
  while (scan == Scan::kBlank) scan = Advance();
  if (scan != Scan::kRow) return scan;
  CheckWidth();
  return row_.fault.empty() ? Scan::kRow : Scan::kFault;
}

void FileReader::CheckWidth() {
  const size_t count = row_.cells.size();
  if (count == width_) return;
  if (count < width_) {
    row_.fault = "the row has " + std::to_string(count) + " cells where " + std::to_string(width_) +
                 " are wanted; it ends before '" + columns_[count] + "'";
    row_.fault_position = static_cast<uint32_t>(MeasureText(row_.raw).characters + 1);
    return;
  }
  for (size_t i = width_; i < count; ++i) {
    if (row_.cells[i].text.empty()) continue;
    row_.fault = "the row has " + std::to_string(count) + " cells where " + std::to_string(width_) +
                 " are wanted; quote texts that contain the delimiter";
    row_.fault_position = row_.cells[i].position;
    return;
  }
  row_.cells.resize(width_);  // made by trailing delimiters
}

void FileReader::ReadHeader() {
  for (uint32_t i = 0; i < format_.skip_lines; ++i) {
    if (Advance() == Scan::kEnd) {
      throw UnusableFile("the file ends before its header", line_, "");
    }
  }
  const uint64_t start_offset = offset_;
  const uint64_t start_line = line_;
  if (!format_.header && !format_.columns.empty()) {
    columns_ = format_.columns;
  } else {
    Scan scan = Advance();
    while (scan == Scan::kBlank) scan = Advance();
    if (scan == Scan::kEnd) {
      throw UnusableFile(
          format_.header ? "the file is empty: it has no header" : "the file is empty",
          row_line_ ? row_line_ : 1, "");
    }
    const std::string raw = Printable(row_.raw);
    if (scan == Scan::kFault) {
      const std::string hint = format_.key.empty() ? "" : OtherEncoding(format_.key.front());
      throw UnusableFile("the header cannot be read: " + row_.fault + hint, row_line_, raw);
    }
    std::vector<std::string> cells;
    for (size_t i = 0; i < row_.cells.size(); ++i) {
      cells.push_back(format_.header ? std::string(row_.cells[i].text) : std::to_string(i + 1));
    }
    std::vector<std::string> known = format_.columns;
    known.insert(known.end(), format_.key.begin(), format_.key.end());
    columns_ = ColumnNames(cells, known);
    CheckKey(raw);
    if (!format_.header) Seek(start_offset, start_line);
  }
  width_ = columns_.size();
}

void FileReader::CheckKey(const std::string& raw) const {
  for (const std::string& column : format_.key) {
    if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) continue;
    std::string reason = "the header has no column '" + column + "'; it has " + Quoted(columns_);
    if (columns_.size() == 1) {
      for (const char other : {';', ',', '\t', '|'}) {
        if (other == format_.dialect.delimiter || raw.find(other) == std::string::npos) continue;
        reason += std::string(". The delimiter seems to be ") +
                  (other == '\t' ? "a tab" : "'" + std::string(1, other) + "'") +
                  " (option delimiter)";
        break;
      }
    }
    throw UnusableFile(reason + OtherEncoding(column), row_line_, raw);
  }
}

// The end of a sentence that names the encoding in which the header does have the column; empty
// where none of the usual ones explains it.
std::string FileReader::OtherEncoding(const std::string& column) const {
  if (row_.raw.find(column) != std::string_view::npos) return "";
  std::string header;
  file_.ReadAt(row_offset_, std::min<uint64_t>(decoder_.RawSize(row_.extent), kPieceBytes),
               &header);
  for (const char* const name : {"utf-8", "windows-1251", "cp866", "koi8-r"}) {
    std::string text;
    Decoder(name).Append(header, true, &text);
    if (text.find(column) == std::string::npos) continue;
    return ". The file seems to be in " + std::string(name) + ", not in " + decoder_.name() +
           " (option encoding)";
  }
  return "";
}

}  // namespace entrepot::csv
