// One request to the HTTP port and its reply as plain data: handlers know nothing of sockets or of the HTTP library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// Of ASCII letters, as HTTP compares the names of headers, schemes and media types.
bool equal_ignoring_case(std::string_view a, std::string_view b);

struct ApiRequest {
  std::string method;   // as sent, "GET"
  std::string version;  // "HTTP/1.1"
  std::string target;   // as sent, "/api/v1/incidents?state=open"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool from_loopback = false;  // the peer's address is 127.0.0.0/8 or ::1
  bool over_tls = false;

  /// The first header of that name in any case; nullopt: not sent.
  std::optional<std::string_view> header(std::string_view name) const;
  std::size_t header_count(std::string_view name) const;
};

struct ApiReply {
  unsigned int status = 200;
  std::string content_type;
  std::shared_ptr<const std::string> body;  // never null; shared, so that a cached page is not copied
  std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace tocsin
