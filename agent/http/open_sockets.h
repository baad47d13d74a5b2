// OpenSockets: the sockets of mail connections, so that they can be closed without a farewell. curl says QUIT when it
// gives up an idle one, and waits for the server's answer: a server that hangs would hold up the end of the process.
#pragma once

#include <curl/curl.h>

#include <set>

#include "agent/http/curl_easy.h"

namespace tocsin {

/// Engine thread only. Outlives the connections of the handles it watches.
class OpenSockets {
 public:
  void watch(CurlEasy& easy);
  /// Ends both directions of all; what curl still sends or awaits fails at once.
  void shut_down();

 private:
  static curl_socket_t open(void* sockets, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int close(void* sockets, curl_socket_t socket) noexcept;

  std::set<curl_socket_t> sockets_;
};

}  // namespace tocsin
