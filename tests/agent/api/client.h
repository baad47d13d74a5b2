// A tiny HTTP/1.1 client over a raw socket, so that tests can also send what no HTTP library would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::test {

struct Reply {
  int status = 0;  // 0: the server closed the connection without a reply
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// "" where missing; names in any case.
  std::string header(std::string_view name) const;
};

class Connection {
 public:
  /// Connects to 127.0.0.1. Reads give up after ten seconds.
  explicit Connection(uint16_t port, const char* host = "127.0.0.1");
  ~Connection();
  Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False where the server closed the connection.
  bool send(std::string_view bytes);
  void end_sending();
  Reply read_reply(bool head = false);
  /// Up to the next empty line, without it; "" where the server closed the connection.
  std::string read_head();
  /// Waits until the server closes the connection; false where it does not in time.
  bool closed_by_server();

 private:
  bool receive();  // more bytes into received_

  int fd_ = -1;
  std::string received_;
};

/// One request on a connection of its own. "Host: localhost" and "Connection: close" are added, Content-Length where
/// there is a body.
Reply request(uint16_t port, std::string_view method, std::string_view target,
              const std::vector<std::string>& headers = {}, std::string_view body = "");
Reply get(uint16_t port, std::string_view target);
Reply post_json(uint16_t port, std::string_view target, std::string_view body, std::vector<std::string> headers = {});

}  // namespace tocsin::test
