// The listening socket of the HTTP port.
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace tocsin {

struct ListenSocket {
  int fd = -1;  // the caller closes it
  uint16_t port = 0;
  bool is_ipv6 = false;
};

/// "host:port", "[::1]:port" or ":port" for every address of both families; port 0 takes a free one.
/// Errors name the address and what would help.
Result<ListenSocket> open_listen_socket(const std::string& listen);

}  // namespace tocsin
