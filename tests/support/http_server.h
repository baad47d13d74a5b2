// HttpServer: a scripted HTTP/1.1 server on a loopback port of its own, which answers with bytes, whole or not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::test {

/// One request as it came in.
struct Seen {
  std::string head;  // request line and headers, each line with CRLF
  std::string body;
  std::string line() const;  // "POST /x HTTP/1.1"
  /// The value of the first header of this name (given in lower case); "" without one.
  std::string header(const std::string& name) const;
};

/// What goes back: any bytes. With neither close nor reset the connection stays open, however little was sent.
struct Reply {
  std::string bytes;
  bool close = false;
  bool reset = false;
};

/// A whole reply with Content-Length. `headers`: lines, each with CRLF.
Reply reply_with(int status, const std::string& body, const std::string& headers = "");

class HttpServer {
 public:
  using Script = std::function<Reply(const Seen&)>;

  /// `script` is called on the server's thread, once for each request.
  explicit HttpServer(Script script);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  std::string url(const std::string& path = "/") const;  // http://127.0.0.1:port/path
  std::vector<Seen> seen() const;
  int replies() const;      // sent whole so far
  int connections() const;  // accepted so far

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

/// A loopback port that nobody listens on: bound, and never listened to, while this lives.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  int port() const { return port_; }

 private:
  int fd_;
  int port_;
};

}  // namespace tocsin::test
