#include "core/sync/source_batch.h"

#include <google/protobuf/io/coded_stream.h>

#include "core/base/digest.h"
#include "core/mapping/wire_reader.h"

namespace entrepot::sync {

using mapping::WireReader;

void SourceBatch::Clear() {
  head_.Clear();
  rows_.Clear();
  undecoded_.clear();
}

bool SourceBatch::DecodeHead(std::string_view answer) {
  Clear();
  bytes_.assign(answer);
  if (DecodeOwnHead()) return true;
  Clear();
  return false;
}

bool SourceBatch::DecodeRows() {
  for (const std::string_view rows : undecoded_) {
    if (rows_.Merge(rows)) continue;
    Clear();
    return false;
  }
  undecoded_.clear();
  return true;
}

uint64_t SourceBatch::DigestAfter(uint64_t before) const {
  std::string seen(reinterpret_cast<const char*>(&before), sizeof(before));
  for (const std::string_view rows : undecoded_) seen += rows;
  for (const v1::Record& record : head_.records()) record.AppendToString(&seen);
  for (const connector::BadRow& bad : head_.bad_rows()) bad.AppendToString(&seen);
  return DigestOf64(seen);
}

// Protobuf reads what stands before, between and after the rows: to it, the pieces of a message are
// messages to be merged.
bool SourceBatch::DecodeOwnHead() {
  WireReader reader(bytes_);
  const char* rest = reader.at();
  while (!reader.done()) {
    const char* begin = reader.at();
    uint32_t tag = 0;
    if (!reader.Tag(&tag)) return false;
    if (tag != mapping::BytesTag(connector::ReadResponse::kRowsFieldNumber)) {
      if (!reader.Skip(tag)) return false;
      continue;
    }
    if (!reader.Bytes(&undecoded_.emplace_back()) || !MergeHead(rest, begin)) return false;
    rest = reader.at();
  }
  return MergeHead(rest, reader.at());
}

bool SourceBatch::MergeHead(const char* begin, const char* end) {
  if (begin == end) return true;
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(begin),
                                               static_cast<int>(end - begin));
  return head_.MergeFromCodedStream(&input) && input.ConsumedEntireMessage();
}

}  // namespace entrepot::sync
