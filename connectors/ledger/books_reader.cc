#include "books_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "digest.h"
#include "sealed_file.h"

namespace entrepot::ledger {
namespace {

namespace fs = std::filesystem;

constexpr int kAttemptsMax = 3;
constexpr std::chrono::milliseconds kLookAgain(500);
constexpr size_t kDigestDigits = 16;

constexpr std::string_view kPaymentColumns[] = {"document", "client",      "invoice",
                                                "date",     "amount",      "currency",
                                                "code",     "description", "account"};
constexpr std::string_view kBalanceColumns[] = {"client", "date", "currency", "balance"};

std::string Shown(const PaymentRow& row) {
  return row.date + (row.code.empty() ? "" : " (" + row.code + ")") + " " + row.description +
         " | " + row.account + "  " + AmountText(-row.amount, WrittenDecimals(row.commodity)) +
         " " + row.commodity;
}

void AddRow(const PaymentRow& row, sdk::RowsWriter& rows) {
  rows.Cell(row.document);
  rows.Cell(row.client);
  rows.Cell(row.invoice);
  rows.Cell(row.date);
  rows.Cell(AmountText(row.amount, WrittenDecimals(row.commodity)));
  rows.Cell(row.commodity);
  rows.Cell(row.code);
  rows.Cell(row.description);
  rows.Cell(row.account);
  rows.EndRow({.line = row.line, .raw = Shown(row)});
}

void AddRow(const BalanceRow& row, sdk::RowsWriter& rows) {
  rows.Cell(row.client);
  rows.Cell(row.date);
  rows.Cell(row.commodity);
  rows.Cell(AmountText(row.amount, WrittenDecimals(row.commodity)));
  rows.EndRow();
}

template <typename Number>
bool Parse(std::string_view text, int base, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::string BooksCursor::Encode() const {
  return Digest::Hex(digest) + (ended ? "" : ":" + std::to_string(given));
}

BooksCursor BooksCursor::Decode(std::string_view text) {
  BooksCursor cursor;
  const std::string_view digest = text.substr(0, text.find(':'));
  cursor.ended = digest.size() == text.size();
  const bool good = digest.size() == kDigestDigits && Parse(digest, 16, &cursor.digest) &&
                    (cursor.ended || Parse(text.substr(digest.size() + 1), 10, &cursor.given));
  if (!good) throw sdk::BadData("the cursor is none that the ledger has given");
  return cursor;
}

BooksReader::BooksReader(fs::path journal, std::string hledger, BooksOptions options,
                         std::string settings, IsOwn is_own)
    : journal_(std::move(journal)),
      hledger_(std::move(hledger)),
      options_(std::move(options)),
      settings_(std::move(settings)),
      is_own_(std::move(is_own)) {}

BooksReader::Trace BooksReader::TraceOf(const fs::path& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {found.st_ino, static_cast<uint64_t>(found.st_size),
          found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

// Folders too: a new file may be one that the journal includes by a pattern.
BooksReader::Traces BooksReader::TracesOf(const std::vector<fs::path>& files) {
  Traces traces;
  for (const fs::path& file : files) {
    traces[file] = TraceOf(file);
    traces[file.parent_path()] = TraceOf(file.parent_path());
  }
  return traces;
}

BooksReader::Traces BooksReader::TracesNow(const Traces& traces) {
  Traces now;
  for (const auto& [path, trace] : traces) now[path] = TraceOf(path);
  return now;
}

bool BooksReader::IsUnchanged() const { return !traces_.empty() && TracesNow(traces_) == traces_; }

bool BooksReader::Wait(const sdk::Call& call, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  if (watched_.empty()) {
    watched_[journal_] = TraceOf(journal_);
    return true;
  }
  while (true) {
    Traces now = TracesNow(watched_);
    if (now != watched_) {
      watched_ = std::move(now);
      return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    call.Sleep(std::min(left, kLookAgain));
  }
}

// Learns the journal's digest, unless nothing has moved since it was learnt.
void BooksReader::Look(const sdk::Call& call) {
  if (IsUnchanged()) return;
  traces_.clear();
  const std::vector<fs::path> files = Files(call);
  Traces traces = TracesOf(files);
  Digest digest;
  digest.Add(settings_);
  for (const fs::path& file : files) {
    call.ThrowIfCancelled();
    digest.Add(file.string());
    digest.Add(ReadFile(file));
  }
  digest_ = digest.value();
  traces_ = std::move(traces);
  watched_.clear();
  for (const fs::path& file : files) {
    if (!is_own_(file)) watched_[file] = traces_.at(file);
  }
}

std::shared_ptr<const BooksReader::Books> BooksReader::Current(const sdk::Call& call) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Look(call);
    if (books_ != nullptr && books_->digest == digest_) return books_;
    ClientBooks read(options_);
    hledger_.ReadTransactions(call, journal_, options_.clients.Query(),
                              [&](Transaction transaction) { read.Note(std::move(transaction)); });
    if (!IsUnchanged()) continue;  // hledger may have read another state than was digested
    auto books = std::make_shared<Books>();
    books->digest = digest_;
    books->payments = read.TakePayments();
    books->balances = read.Balances();
    books_ = std::move(books);
    return books_;
  }
  throw sdk::Unavailable("'" + journal_.string() +
                         "' or a file that it includes changes while it is read; it is read again "
                         "later");
}

// Adds rows from the given one on; returns the number of the first that was not added. A batch ends
// where another file begins.
uint64_t BooksReader::Give(const Books& books, BooksContent content, uint64_t from,
                           sdk::Batch& batch) const {
  uint64_t next = from;
  if (content == BooksContent::kBalances) {
    batch.rows().Begin(journal_.string(), std::span(kBalanceColumns));
    for (; next < books.balances.size() && !batch.full(); ++next) {
      AddRow(books.balances[next], batch.rows());
    }
    batch.remaining = books.balances.size() - next;
    return next;
  }
  const std::vector<PaymentRow>& rows = books.payments;
  batch.rows().Begin(from < rows.size() ? rows[from].file : journal_.string(),
                     std::span(kPaymentColumns));
  for (; next < rows.size() && !batch.full() && rows[next].file == rows[from].file; ++next) {
    AddRow(rows[next], batch.rows());
  }
  batch.remaining = rows.size() - next;
  return next;
}

void BooksReader::Read(sdk::Call& call, const sdk::ReadRequest& request, BooksContent content,
                       sdk::Batch& batch) {
  BooksCursor cursor;
  if (!request.cursor.empty()) cursor = BooksCursor::Decode(request.cursor);
  const bool goes_on = !request.full && !request.cursor.empty() && !cursor.ended;
  std::shared_ptr<const Books>& books = under_way_[request.dataset];
  if (!goes_on || books == nullptr || books->digest != cursor.digest) {
    Look(call);
    if (!request.full && cursor.ended && cursor.digest == digest_) {
      batch.end = true;
      return;
    }
    books = Current(call);
  }
  const uint64_t size =
      content == BooksContent::kPayments ? books->payments.size() : books->balances.size();
  const bool fits = goes_on && books->digest == cursor.digest && cursor.given <= size;
  const uint64_t from = fits ? cursor.given : 0;
  batch.snapshot_begin = from == 0;
  const uint64_t next = Give(*books, content, from, batch);
  const bool ended = next == size;
  batch.next_cursor = BooksCursor{books->digest, ended, next}.Encode();
  batch.snapshot_end = batch.end = ended;
  if (ended) books = nullptr;
}

std::vector<std::string> BooksReader::Columns(BooksContent content) {
  if (content == BooksContent::kPayments) {
    return {std::begin(kPaymentColumns), std::end(kPaymentColumns)};
  }
  return {std::begin(kBalanceColumns), std::end(kBalanceColumns)};
}

}  // namespace entrepot::ledger
