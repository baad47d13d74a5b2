#include "tests/support/http_get.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace tocsin::test {
namespace {

std::string system_text() {
  return std::system_category().message(errno);
}

class Connection {
 public:
  explicit Connection(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  std::string receive_all() const {
    std::string all;
    std::array<char, 16384> buffer{};
    ssize_t count = 0;
    while ((count = ::recv(socket_, buffer.data(), buffer.size(), 0)) > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace

Result<HttpReply> http_get(uint16_t port, std::string_view path) {
  const Connection connection(port);
  // HTTP/1.0: the server sends no chunks and closes the connection at the end of the body.
  const std::string request = fmt::format("GET {} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n\r\n", path, port);
  if (!connection.connected() || !connection.send(request)) {
    return fail(fmt::format("GET {} from 127.0.0.1:{}: {}", path, port, system_text()), ErrorCode::unavailable);
  }
  const std::string reply = connection.receive_all();
  constexpr std::string_view kStart = "HTTP/1.x ";
  const std::size_t body = reply.find("\r\n\r\n");
  HttpReply parsed;
  const bool long_enough = reply.size() > kStart.size() + 3 && body != std::string::npos;
  if (!long_enough ||
      std::from_chars(reply.data() + kStart.size(), reply.data() + reply.size(), parsed.status).ec != std::errc()) {
    return fail(fmt::format("GET {} from 127.0.0.1:{}: no HTTP reply", path, port), ErrorCode::unavailable);
  }
  parsed.body = reply.substr(body + 4);
  return parsed;
}

}  // namespace tocsin::test
