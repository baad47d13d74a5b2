// Checks of addresses in the configuration. The errors never show the address: it may be a secret.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace tocsin {

/// http or https, with a host, without credentials and fragment.
Result<std::string> parse_http_url(std::string_view text);
/// As above and without a query; a trailing slash is dropped, so that paths can be put behind it.
Result<std::string> parse_base_url(std::string_view text);
/// http, https, socks5 or socks5h; credentials are allowed, as proxies know no other way.
Result<std::string> parse_proxy_url(std::string_view text);

/// Whether it holds a user name or a password.
bool has_credentials(std::string_view url);
/// smtp or smtps, with a host and without a path.
Result<std::string> parse_smtp_url(std::string_view text);
/// HOST:PORT to listen on: an IPv4 address, a name, an IPv6 address in brackets, or nothing before the colon.
Result<std::string> parse_listen(std::string_view text);
/// "sqlite:///absolute/path", "sqlite://relative/path" or "sqlite://:memory:"; gives what stands behind the slashes.
Result<std::string> parse_store_url(std::string_view text);

}  // namespace tocsin
