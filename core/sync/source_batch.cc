#include "core/sync/source_batch.h"

#include <google/protobuf/io/coded_stream.h>

#include "core/mapping/wire_reader.h"

namespace entrepot::sync {

using mapping::WireReader;

void SourceBatch::Clear() {
  head_.Clear();
  rows_.Clear();
}

bool SourceBatch::Decode(std::string_view answer) {
  Clear();
  bytes_.assign(answer);
  if (DecodeOwn()) return true;
  Clear();
  return false;
}

// Protobuf reads what stands before, between and after the rows: to it, the pieces of a message are
// messages to be merged.
bool SourceBatch::DecodeOwn() {
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
    std::string_view rows;
    if (!reader.Bytes(&rows) || !rows_.Merge(rows) || !MergeHead(rest, begin)) return false;
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
