// How a connector says that something went wrong: it throws Error from any of its methods. The SDK
// stops every exception at the plugin's boundary and turns it into a status and a sentence for the
// hub. Part of the connector SDK; needs nothing but the C ABI header.
#pragma once

#include <entrepot_connector.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace entrepot::sdk {

// What the hub is to do about a failure. The message says what happened.
enum class Status : int32_t {
  // The outside system is not there or too busy now: the hub tries again later.
  kUnavailable = ENTREPOT_UNAVAILABLE,
  // It asks to be called less often: the hub tries again after `retry_after`.
  kRateLimited = ENTREPOT_RATE_LIMITED,
  // It does not know us, or does not let us: a person must act.
  kDenied = ENTREPOT_DENIED,
  // The configuration is wrong: a person must act. The message names the option.
  kBadConfiguration = ENTREPOT_BAD_CONFIGURATION,
  // The outside system, or the hub (a cursor), gave something that cannot be understood.
  kBadData = ENTREPOT_BAD_DATA,
  // The call ended early because the hub asked for it.
  kInterrupted = ENTREPOT_INTERRUPTED,
  // This connector does not do that.
  kUnsupported = ENTREPOT_UNSUPPORTED,
  // A mistake in the connector. Any other exception counts as this.
  kInternal = ENTREPOT_INTERNAL,
};

// The failure of a call. `message` is one sentence for people, with what, where and what to do;
// never a secret. Thrown from Apply it means that *all* items may or may not have had an effect: an
// item's own outcome belongs in ApplyResult.
class Error : public std::exception {
 public:
  // `retry_after` below zero: the hub decides.
  Error(Status status, std::string message,
        std::chrono::milliseconds retry_after = std::chrono::milliseconds(-1))
      : status_(status), message_(std::move(message)), retry_after_(retry_after) {}

  Status status() const noexcept { return status_; }
  const std::string& message() const noexcept { return message_; }
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Status status_;
  std::string message_;
  std::chrono::milliseconds retry_after_;
};

// Makers, so that `throw Unavailable("…")` reads well.
inline Error Unavailable(std::string message) { return {Status::kUnavailable, std::move(message)}; }
// REQUIRES: retry_after >= 0.
inline Error RateLimited(std::string message, std::chrono::milliseconds retry_after) {
  return {Status::kRateLimited, std::move(message), retry_after};
}
inline Error Denied(std::string message) { return {Status::kDenied, std::move(message)}; }
// The message becomes "option 'folder': <message>".
inline Error BadConfiguration(std::string_view option, std::string_view message) {
  return {Status::kBadConfiguration,
          std::string("option '").append(option).append("': ").append(message)};
}
inline Error BadData(std::string message) { return {Status::kBadData, std::move(message)}; }
inline Error Interrupted() { return {Status::kInterrupted, "interrupted by the hub"}; }
inline Error Unsupported(std::string message) { return {Status::kUnsupported, std::move(message)}; }
inline Error Internal(std::string message) { return {Status::kInternal, std::move(message)}; }

}  // namespace entrepot::sdk
