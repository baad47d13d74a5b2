// Authority: "host:port" as it stands in a Host header, in an Origin, in a URL and in `[web] listen` (RFC 3986, 3.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

struct Authority {
  std::string host;  // lower case; an IPv6 address without its brackets
  std::string port;  // digits; empty: not given
  friend bool operator==(const Authority&, const Authority&) = default;
};

/// "example.org", "example.org:80", "[::1]:80", ":80". nullopt: anything else, such as user names or spaces.
std::optional<Authority> parse_authority(std::string_view text);

/// localhost, 127.0.0.0/8 or ::1. Names are not looked up, so that no name server has a say.
bool names_loopback(std::string_view host);

/// A web origin (RFC 6454): scheme, host and port; the scheme's own port where none is given.
struct Origin {
  std::string scheme;
  Authority authority;
  friend bool operator==(const Origin&, const Origin&) = default;
};

/// Of any http or https URL; what follows the authority is ignored. nullopt: "null" or anything else.
std::optional<Origin> origin_of(std::string_view url);

}  // namespace tocsin
