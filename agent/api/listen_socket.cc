#include "agent/api/listen_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "agent/base/authority.h"

namespace tocsin {
namespace {

constexpr int kBacklog = 511;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

void set_option(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

/// A socket that listens at the address, or nullopt with errno set.
std::optional<int> listen_at(const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return std::nullopt;
}

uint16_t bound_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::string remedy(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another process (a second tocsin?) has this port; stop it or give another";
    case EADDRNOTAVAIL:
      return "this host does not have that address; give one that it has, or ':PORT' for all";
    case EACCES:
      return "ports below 1024 need privileges; give a higher one";
    default:
      return std::generic_category().message(error);
  }
}

/// Where no host is given both families are served by one IPv6 socket, or by IPv4 where the host has no IPv6.
/// A name that has both addresses ("localhost") is served at its IPv4 one, which is what most clients try.
std::vector<const addrinfo*> in_order_of_preference(const addrinfo* first, bool prefer_ipv6) {
  std::vector<const addrinfo*> preferred;
  std::vector<const addrinfo*> others;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    ((one->ai_family == AF_INET6) == prefer_ipv6 ? preferred : others).push_back(one);
  }
  preferred.insert(preferred.end(), others.begin(), others.end());
  return preferred;
}

}  // namespace

Result<ListenSocket> open_listen_socket(const std::string& listen) {
  const std::optional<Authority> authority = parse_authority(listen);
  if (!authority || authority->port.empty() || std::stoi(authority->port) > UINT16_MAX) {
    return fail(fmt::format("listen '{}': give HOST:PORT, [IPV6]:PORT or :PORT", listen));
  }
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const bool any = authority->host.empty();
  const int code = getaddrinfo(any ? nullptr : authority->host.c_str(), authority->port.c_str(), &hints, &found);
  if (code != 0) return fail(fmt::format("listen '{}': {}", listen, gai_strerror(code)));
  const AddressList addresses(found, &freeaddrinfo);

  for (const addrinfo* address : in_order_of_preference(addresses.get(), any)) {
    if (const std::optional<int> fd = listen_at(*address)) {
      return ListenSocket{.fd = *fd, .port = bound_port(*fd), .is_ipv6 = address->ai_family == AF_INET6};
    }
  }
  return fail(fmt::format("listen '{}': {}", listen, remedy(errno)), ErrorCode::unavailable);
}

}  // namespace tocsin
