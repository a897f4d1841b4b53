#include "core/http/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "core/base/reason.h"

namespace entrepot::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A client that sends what it is told and reads what comes.
class Client {
 public:
  explicit Client(const std::string& address) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &where.sin_addr);
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  }
  Client(const Client&) = delete;
  ~Client() { close(socket_); }

  Client& Send(const std::string& bytes) {
    EXPECT_EQ(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return *this;
  }
  // Until the server closes the connection.
  std::string ReadAll() {
    std::string all;
    char part[4096];
    for (ssize_t got = 0; (got = recv(socket_, part, sizeof(part), 0)) > 0;) all.append(part, got);
    return all;
  }
  bool AnsweredWithin(int milliseconds) {
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    return poll(&wait, 1, milliseconds) == 1;
  }

 private:
  int socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpOptions options = {}) {
    options.listen = "127.0.0.1:0";
    auto server = HttpServer::Start(options, [](std::string_view target) -> Response {
      if (target == "/throws") throw std::runtime_error("a mistake");
      if (target == "/here") return {.body = "here\n"};
      return {.status = 404, .body = std::string(target)};
    });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string Ask(const std::string& request) {
    return Client(server_->address()).Send(request).ReadAll();
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  const std::string both = Client(server_->address())
                               .Send(
                                   "GET /here?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "HEAD /here HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                               .ReadAll();
  EXPECT_THAT(both, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(both, HasSubstr("\r\n\r\nhere\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(both.substr(both.size() - 4), "\r\n\r\n") << "HEAD has no body";
}

TEST_F(HttpServerTest, RefusesWhatItIsNotFor) {
  Start();
  EXPECT_THAT(Ask("GET /nowhere HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404"));
  EXPECT_THAT(Ask("DELETE /here HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 405"));
  EXPECT_THAT(Ask("POST /here HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("this is no HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET /throws HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 500"));
}

TEST_F(HttpServerTest, BoundsARequestsHeaders) {
  Start({.header_bytes_max = 1000});
  EXPECT_THAT(Ask("GET /here HTTP/1.0\r\nA: " + std::string(2000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpServerTest, ClosesAConnectionThatIsSlow) {
  Start({.request_time_max = absl::Milliseconds(100)});
  Client client(server_->address());
  client.Send("GET /here HT");
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(HttpServerTest, TakesNoMoreConnectionsThanItIsAllowed) {
  Start({.connections_max = 2});
  auto first = std::make_unique<Client>(server_->address());
  const Client second(server_->address());
  Client third(server_->address());
  third.Send("GET /here HTTP/1.0\r\n\r\n");
  EXPECT_FALSE(third.AnsweredWithin(100));
  first.reset();
  EXPECT_THAT(third.ReadAll(), HasSubstr("here"));
}

TEST_F(HttpServerTest, EndsWhileConnectionsAreOpen) {
  Start();
  const Client idle(server_->address());
  server_->Stop();
  server_.reset();
}

TEST_F(HttpServerTest, ListensOnLoopbackOnlyAndSaysWhenItCannot) {
  Start();
  const auto taken = HttpServer::Start({.listen = server_->address()}, {});
  EXPECT_EQ(ReasonOf(taken.status()), "CANNOT_LISTEN");
  const auto far = HttpServer::Start({.listen = "0.0.0.0:0"}, {});
  EXPECT_EQ(ReasonOf(far.status()), "BAD_ADDRESS");
}

}  // namespace
}  // namespace entrepot::http
