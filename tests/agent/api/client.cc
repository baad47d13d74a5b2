#include "tests/agent/api/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace tocsin::test {
namespace {

int connect_to(const char* host, uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host, &address.sin_addr);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Reply parse_head(std::string_view head) {
  Reply reply;
  reply.status = static_cast<int>(number(head.substr(head.find(' ') + 1, 3)));
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, end == std::string_view::npos ? end : end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = end;
  }
  return reply;
}

}  // namespace

std::string Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  }
  return "";
}

Connection::Connection(uint16_t port, const char* host) : fd_(connect_to(host, port)) {}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::end_sending() {
  shutdown(fd_, SHUT_WR);
}

bool Connection::receive() {
  char bytes[16384];
  const ssize_t size = recv(fd_, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(size));
  return true;
}

std::string Connection::read_head() {
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) return "";
  }
  std::string head = received_.substr(0, end);
  received_.erase(0, end + 4);
  return head;
}

Reply Connection::read_reply(bool head) {
  const std::string text = read_head();
  if (text.empty()) return {};
  Reply reply = parse_head(text);
  if (reply.status == 100) return read_reply(head);
  const std::size_t size = head ? 0 : number(reply.header("Content-Length"));
  while (received_.size() < size && receive()) {
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

bool Connection::closed_by_server() {
  errno = 0;  // which the end of the stream leaves as it is
  while (receive()) {
  }
  return errno != EAGAIN;
}

Reply request(uint16_t port, std::string_view method, std::string_view target, const std::vector<std::string>& headers,
              std::string_view body) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  bool has_host = false;
  for (const std::string& header : headers) {
    has_host = has_host || header.starts_with("Host:");
    text += header + "\r\n";
  }
  if (!has_host) text += "Host: localhost:" + std::to_string(port) + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "Connection: close\r\n\r\n";
  Connection connection(port);
  connection.send(text + std::string(body));
  return connection.read_reply(method == "HEAD");
}

Reply get(uint16_t port, std::string_view target) {
  return request(port, "GET", target);
}

Reply post_json(uint16_t port, std::string_view target, std::string_view body, std::vector<std::string> headers) {
  headers.emplace_back("Content-Type: application/json");
  return request(port, "POST", target, headers, body);
}

}  // namespace tocsin::test
