#include "agent/base/authority.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>

namespace tocsin {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return lower;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, [](unsigned char byte) { return std::isdigit(byte) != 0; });
}

bool is_host(std::string_view text) {
  return std::ranges::all_of(
      text, [](unsigned char byte) { return std::isalnum(byte) != 0 || byte == '.' || byte == '-' || byte == '_'; });
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    authority.host = lower_case(text.substr(1, end - 1));
    if (!is_ipv6(authority.host)) return std::nullopt;
    rest = text.substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    authority.host = lower_case(text.substr(0, end));
    if (!is_host(authority.host)) return std::nullopt;
    rest = text.substr(end);
  }
  if (rest.empty()) return authority;
  if (!rest.starts_with(':') || !is_port(rest.substr(1))) return std::nullopt;
  authority.port = rest.substr(1);
  return authority;
}

bool names_loopback(std::string_view host) {
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr ipv4{};
  if (inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return (ntohl(ipv4.s_addr) >> 24U) == IN_LOOPBACKNET;
  in6_addr ipv6{};
  return inet_pton(AF_INET6, text.c_str(), &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6);
}

std::optional<Origin> origin_of(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Origin origin{lower_case(url.substr(0, colon)), {}};
  if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  const std::optional<Authority> authority = parse_authority(url.substr(0, url.find_first_of("/?#")));
  if (!authority || authority->host.empty()) return std::nullopt;
  origin.authority = *authority;
  if (origin.authority.port.empty()) origin.authority.port = origin.scheme == "https" ? "443" : "80";
  return origin;
}

}  // namespace tocsin
