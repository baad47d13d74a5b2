#include "agent/http/open_sockets.h"

#include <sys/socket.h>
#include <unistd.h>

namespace tocsin {

void OpenSockets::watch(CurlEasy& easy) {
  easy.set(CURLOPT_OPENSOCKETFUNCTION, &OpenSockets::open);
  easy.set(CURLOPT_OPENSOCKETDATA, this);
  easy.set(CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::close);
  easy.set(CURLOPT_CLOSESOCKETDATA, this);
}

void OpenSockets::shut_down() {
  for (const curl_socket_t socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

curl_socket_t OpenSockets::open(void* sockets, curlsocktype, curl_sockaddr* address) noexcept {
  const curl_socket_t socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket >= 0) static_cast<OpenSockets*>(sockets)->sockets_.insert(socket);
  return socket >= 0 ? socket : CURL_SOCKET_BAD;
}

int OpenSockets::close(void* sockets, curl_socket_t socket) noexcept {
  static_cast<OpenSockets*>(sockets)->sockets_.erase(socket);
  return ::close(socket);
}

}  // namespace tocsin
