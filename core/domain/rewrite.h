// References in a body, changed from one record to another: what a merge does to those that
// referred to the record that is gone. Pure.
#pragma once

#include <cstdint>

#include "core/domain/kind.h"
#include "google/protobuf/message.h"

namespace entrepot::domain {

// Does a body of this kind ever refer to records of `target`?
bool RefersTo(const KindInfo& info, Kind target);

// Wherever the body refers to `from`, it refers to `to` then. False: it did nowhere.
bool RewriteReferences(const KindInfo& info, uint64_t from, uint64_t to,
                       google::protobuf::Message* body);

}  // namespace entrepot::domain
