// RETURN_IF_ERROR and ASSIGN_OR_RETURN, named and shaped as in Abseil's later status_macros.h,
// which Debian's release lacks; they go when it comes.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expression)                                                           \
  do {                                                                                        \
    if (absl::Status status_macro_ = (expression); !status_macro_.ok()) return status_macro_; \
  } while (false)

#define ENTREPOT_CONCAT_INNER(a, b) a##b
#define ENTREPOT_CONCAT(a, b) ENTREPOT_CONCAT_INNER(a, b)

#define ASSIGN_OR_RETURN(target, expression) \
  ENTREPOT_ASSIGN_OR_RETURN(ENTREPOT_CONCAT(status_or_, __LINE__), target, expression)

#define ENTREPOT_ASSIGN_OR_RETURN(holder, target, expression) \
  auto holder = (expression);                                 \
  if (!holder.ok()) return std::move(holder).status();        \
  target = *std::move(holder)
