#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace tocsin::test {
namespace {

int bind_loopback() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no loopback port");
  }
  return fd;
}

int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// Takes one whole request off the front of `input`.
std::optional<Seen> take_request(std::string& input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  Seen seen{.head = input.substr(0, end + 2), .body = ""};
  const std::string length = seen.header("content-length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
  if (input.size() < end + 4 + body_size) return std::nullopt;
  seen.body = input.substr(end + 4, body_size);
  input.erase(0, end + 4 + body_size);
  return seen;
}

}  // namespace

std::string Seen::line() const {
  return head.substr(0, head.find("\r\n"));
}

std::string Seen::header(const std::string& name) const {
  const std::size_t at = lower(head).find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const std::size_t begin = head.find_first_not_of(' ', at + 2 + name.size() + 1);
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

Reply reply_with(int status, const std::string& body, const std::string& headers) {
  return {.bytes = "HTTP/1.1 " + std::to_string(status) +
                   " Scripted\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body};
}

/// One thread that polls the listening socket, every connection and the wish to stop.
class HttpServer::Loop {
 public:
  explicit Loop(Script script)
      : script_(std::move(script)), listening_(bind_loopback()), stop_(::eventfd(0, EFD_CLOEXEC)) {
    ::listen(listening_, 128);
    port_ = port_of(listening_);
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    ::eventfd_write(stop_, 1);
    thread_.join();
    for (const auto& [fd, input] : inputs_) ::close(fd);
    ::close(listening_);
    ::close(stop_);
  }

  int port() const { return port_; }

  std::vector<Seen> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

  int replies() const {
    const std::scoped_lock lock(mutex_);
    return replies_;
  }

  int connections() const {
    const std::scoped_lock lock(mutex_);
    return connections_;
  }

 private:
  void run() {
    while (true) {
      std::vector<pollfd> fds{{stop_, POLLIN, 0}, {listening_, POLLIN, 0}};
      for (const auto& [fd, input] : inputs_) fds.push_back({fd, POLLIN, 0});
      if (::poll(fds.data(), fds.size(), -1) < 0) continue;
      if (fds[0].revents != 0) return;
      if (fds[1].revents != 0) accept_connection();
      for (std::size_t index = 2; index < fds.size(); ++index) {
        if (fds[index].revents != 0 && !serve(fds[index].fd)) end(fds[index].fd);
      }
    }
  }

  void accept_connection() {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    inputs_[fd] = "";
    const std::scoped_lock lock(mutex_);
    ++connections_;
  }

  void end(int fd) {
    inputs_.erase(fd);
    ::close(fd);
  }

  /// False when the connection is over.
  bool serve(int fd) {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    std::string& input = inputs_[fd];
    input.append(buffer.data(), static_cast<std::size_t>(count));
    constexpr char kTlsHandshake = 0x16;
    if (input.front() == kTlsHandshake) input = "TLS\r\n\r\n";  // like a server that finds no HTTP, but one request
    while (const auto request = take_request(input)) {
      if (!answer(fd, *request)) return false;
    }
    return true;
  }

  bool answer(int fd, const Seen& request) {
    {
      const std::scoped_lock lock(mutex_);
      seen_.push_back(request);
    }
    const Reply reply = script_(request);
    for (std::size_t sent = 0; sent < reply.bytes.size();) {
      const ssize_t count = ::send(fd, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
      if (count < 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    {
      const std::scoped_lock lock(mutex_);
      ++replies_;
    }
    if (reply.reset) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return !reply.close && !reply.reset;
  }

  Script script_;
  int listening_;
  int stop_;
  int port_ = 0;
  std::map<int, std::string> inputs_;  // bytes not yet answered, by connection
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  int replies_ = 0;
  int connections_ = 0;
  std::thread thread_;
};

HttpServer::HttpServer(Script script) : loop_(std::make_unique<Loop>(std::move(script))) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const {
  return loop_->port();
}

std::string HttpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

std::vector<Seen> HttpServer::seen() const {
  return loop_->seen();
}

int HttpServer::replies() const {
  return loop_->replies();
}

int HttpServer::connections() const {
  return loop_->connections();
}

ClosedPort::ClosedPort() : fd_(bind_loopback()), port_(port_of(fd_)) {}

ClosedPort::~ClosedPort() {
  ::close(fd_);
}

}  // namespace tocsin::test
