// A small HTTP server on loopback: GET and HEAD, answers made in memory, one thread. Everything is
// bounded: connections, the size of a request, and the time one may take. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace entrepot::http {

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Makes the answer to a target ("/metrics", without its query). Called on the server's thread; what
// it throws is answered 500.
using Handler = std::function<Response(std::string_view target)>;

struct HttpOptions {
  std::string listen;  // "127.0.0.1:7421"; port 0 takes a free one
  // More wait unaccepted, with a warning in the log.
  int connections_max = 64;
  // A connection that is idle, or whose request or answer takes longer, is closed.
  absl::Duration request_time_max = absl::Seconds(10);
  // A request's first line and headers; longer ones are answered 431.
  uint32_t header_bytes_max = 8192;
};

class HttpServer {
 public:
  // INVALID_ARGUMENT (BAD_ADDRESS: not on loopback); UNAVAILABLE (CANNOT_LISTEN).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpOptions& options,
                                                           Handler handler);
  ~HttpServer();  // Stop

  // With the real port.
  const std::string& address() const;
  // Closes all connections; waits for an answer that is being made. Idempotent.
  void Stop();

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace entrepot::http
