#include "core/http/http_server.h"

#include <fmt/core.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "core/api/address.h"
#include "core/base/log.h"
#include "core/base/reason.h"
#include "core/base/status_macros.h"

namespace entrepot::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using Answer = wire::response<wire::string_body>;

absl::StatusOr<tcp::endpoint> EndpointOf(const std::string& listen) {
  RETURN_IF_ERROR(api::CheckLoopback(listen));
  const size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) {
    return Failure(absl::StatusCode::kInvalidArgument, "BAD_ADDRESS",
                   fmt::format("\"{}\" is no address to listen at", listen));
  }
  return tcp::endpoint(address, static_cast<uint16_t>(std::stoul(listen.substr(colon + 1))));
}

}  // namespace

struct HttpServer::Impl {
  class Session;

  Impl(const HttpOptions& given, Handler handles)
      : options(given), handler(std::move(handles)), acceptor(context) {}

  absl::Status Listen();
  void Accept();
  void SessionEnded();
  Answer AnswerTo(const wire::request<wire::empty_body>& request) const;

  const HttpOptions options;
  const Handler handler;
  std::string address;
  // The thread's own. Before the context, which ends the last sessions when it goes.
  int sessions = 0;
  bool accepting = false;
  bool stopped = false;  // set once the thread has ended
  asio::io_context context{1};
  tcp::acceptor acceptor;
  std::thread thread;
};

// One connection. Owns itself: alive while an operation on its stream is under way.
class HttpServer::Impl::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Impl* server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {}
  ~Session() { server_->SessionEnded(); }

  void Read() {
    parser_.emplace();
    parser_->header_limit(server_->options.header_bytes_max);
    stream_.expires_after(
        std::chrono::milliseconds(absl::ToInt64Milliseconds(server_->options.request_time_max)));
    wire::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->HaveRead(error); });
  }

 private:
  void HaveRead(beast::error_code error) {
    if (error == wire::error::end_of_stream || error == beast::error::timeout) return Close();
    if (!error) return Write(server_->AnswerTo(parser_->get()), parser_->get().keep_alive());
    const bool too_long =
        error == wire::error::header_limit || error == wire::error::buffer_overflow;
    // Whatever is no HTTP at all, or has a body, which no request here needs.
    Answer answer(
        too_long ? wire::status::request_header_fields_too_large : wire::status::bad_request, 11);
    answer.set(wire::field::content_type, "text/plain; charset=utf-8");
    answer.body() = too_long ? "the request's headers are too long\n" : "this is no GET request\n";
    answer.prepare_payload();
    Write(std::move(answer), /*keep_alive=*/false);
  }

  void Write(Answer answer, bool keep_alive) {
    answer_ = std::move(answer);
    answer_.keep_alive(keep_alive);
    wire::async_write(stream_, answer_,
                      [self = shared_from_this(), keep_alive](beast::error_code error, size_t) {
                        if (error || !keep_alive) return self->Close();
                        self->Read();
                      });
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  Impl* const server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{64 << 10};
  std::optional<wire::request_parser<wire::empty_body>> parser_;
  Answer answer_;
};

absl::Status HttpServer::Impl::Listen() {
  ASSIGN_OR_RETURN(const tcp::endpoint endpoint, EndpointOf(options.listen));
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Failure(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                   fmt::format("cannot listen at {} for HTTP ({}): change hub.http_listen, or stop "
                               "the program that has the port",
                               options.listen, error.message()));
  }
  const uint16_t port = acceptor.local_endpoint().port();
  address = options.listen.substr(0, options.listen.rfind(':')) + fmt::format(":{}", port);
  return absl::OkStatus();
}

void HttpServer::Impl::Accept() {
  accepting = true;
  acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    accepting = false;
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      ++sessions;
      std::make_shared<Session>(this, std::move(socket))->Read();
    }
    if (sessions < options.connections_max) return Accept();
    log::Warn("HTTP connections wait: limits.http_connections_max are open",
              {{"http_connections_max", options.connections_max}});
  });
}

void HttpServer::Impl::SessionEnded() {
  --sessions;
  if (!stopped && !accepting) Accept();
}

Answer HttpServer::Impl::AnswerTo(const wire::request<wire::empty_body>& request) const {
  Response response;
  const bool reads = request.method() == wire::verb::get || request.method() == wire::verb::head;
  if (!reads) {
    response = {.status = 405, .body = "only GET and HEAD are answered here\n"};
  } else {
    const std::string target(request.target().data(), request.target().size());
    try {
      response = handler(std::string_view(target).substr(0, target.find('?')));
    } catch (const std::exception& exception) {
      log::Error("an HTTP request threw", {{"target", target}, {"what", exception.what()}});
      response = {.status = 500, .body = "the hub made a mistake; its log says which\n"};
    }
  }
  Answer answer(static_cast<wire::status>(response.status), request.version());
  answer.set(wire::field::content_type, response.content_type);
  answer.set(wire::field::cache_control, "no-store");
  if (!reads) answer.set(wire::field::allow, "GET, HEAD");
  answer.body() = std::move(response.body);
  answer.prepare_payload();
  if (request.method() == wire::verb::head) answer.body().clear();
  return answer;
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options,
                                                              Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  RETURN_IF_ERROR(impl->Listen());
  impl->Accept();
  impl->thread = std::thread([raw = impl.get()] {
    try {
      raw->context.run();
    } catch (const std::exception& exception) {
      log::Error("the HTTP server ended", {{"what", exception.what()}});
    }
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { Stop(); }

const std::string& HttpServer::address() const { return impl_->address; }

void HttpServer::Stop() {
  if (!impl_->thread.joinable()) return;
  impl_->context.stop();
  impl_->thread.join();
  impl_->stopped = true;
}

}  // namespace entrepot::http
