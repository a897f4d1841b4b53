// Which records refer to a record: the requests and invoices of an order, the orders of a client.
#pragma once

#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/snapshot.h"

namespace entrepot::sync {

// Records of ordinary kinds that refer to one of `ids`, oldest first, at most `limit` of them; the
// newest 20,000 of each kind are looked through. Kinds that come by the million are left out: that
// would take too long. Errors as store::Reader.
absl::StatusOr<std::vector<v1::Record>> ReferringTo(const store::Reader& reader,
                                                    const std::set<uint64_t>& ids, int limit);

}  // namespace entrepot::sync
