// A blocking HTTP GET from loopback, for tests that ask a real server. No TLS, no redirects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace tocsin::test {

struct HttpReply {
  int status = 0;
  std::string body;
};

/// An error where nobody listens, or where what comes back is no HTTP. `path` begins with a slash and is sent as it is.
Result<HttpReply> http_get(uint16_t port, std::string_view path);

}  // namespace tocsin::test
