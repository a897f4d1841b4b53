// One file, row by row: bytes, encoding, header and widths. Reading can start at any row whose
// offset was told before. Not thread-safe.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "encoding.h"
#include "row_scanner.h"

namespace entrepot::csv {

struct FileFormat {
  Dialect dialect;
  std::string encoding = "utf-8";
  bool header = true;
  uint32_t skip_lines = 0;           // before the header
  std::vector<std::string> columns;  // without a header: names by position; with: spellings
  std::vector<std::string> key;      // columns that must be there
};

// The file's head cannot be used: no header, or one that lacks a key's column.
class UnusableFile : public std::exception {
 public:
  UnusableFile(std::string reason, uint64_t line, std::string raw)
      : reason_(std::move(reason)), line_(line), raw_(std::move(raw)) {}
  const char* what() const noexcept override { return reason_.c_str(); }
  uint64_t line() const { return line_; }
  const std::string& raw() const { return raw_; }

 private:
  std::string reason_;
  uint64_t line_;
  std::string raw_;
};

// An open file; closes itself.
class FileHandle {
 public:
  // Throws sdk::Error (kUnavailable) with the system's reason.
  explicit FileHandle(const std::filesystem::path& path);
  ~FileHandle();
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  // Appends up to `size` bytes from `offset`; returns how many. Throws kUnavailable.
  size_t ReadAt(uint64_t offset, size_t size, std::string* to) const;

 private:
  int file_;
  std::string name_;
};

class FileReader {
 public:
  // Reads the header. Throws UnusableFile, and sdk::Error (kUnavailable) where the file cannot be
  // read.
  FileReader(const std::filesystem::path& path, const FileFormat& format);

  const std::vector<std::string>& columns() const { return columns_; }

  // Goes on at a row that begins at `offset` in the file, in line `line`.
  void Seek(uint64_t offset, uint64_t line);

  // The next row: kRow with one cell for every column; kFault with what is wrong; kEnd. Never
  // kBlank or kMore.
  Scan Next();
  const ScannedRow& row() const { return row_; }
  // Of the row that Next gave.
  uint64_t row_line() const { return row_line_; }
  uint64_t row_offset() const { return row_offset_; }

  // Where the next row begins.
  uint64_t offset() const { return offset_; }
  uint64_t line() const { return line_; }

 private:
  Scan Advance();
  bool Fill();
  void ReadHeader();
  void CheckKey(const std::string& raw) const;
  std::string OtherEncoding(const std::string& column) const;
  void CheckWidth();

  FileFormat format_;
  FileHandle file_;
  Decoder decoder_;
  RowScanner scanner_;
  std::vector<std::string> columns_;

  std::string raw_;           // a piece of the file, as it came
  std::string text_;          // decoded
  size_t begin_ = 0;          // of the text not yet scanned
  uint64_t read_offset_ = 0;  // in the file, of what Fill reads next
  bool last_ = false;         // the file has no more

  ScannedRow row_;
  size_t width_ = 0;
  uint64_t row_line_ = 0, row_offset_ = 0;
  uint64_t line_ = 1, offset_ = 0;
};

}  // namespace entrepot::csv
