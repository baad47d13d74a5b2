#include "agent/config/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "agent/base/text.h"
#include "agent/config/characters.h"
#include "agent/http/url.h"

namespace tocsin {
namespace {

struct UrlRules {
  std::initializer_list<std::string_view> schemes;
  std::string_view example;
  bool credentials_allowed = false;
};
const UrlRules kHttp{.schemes = {"http", "https"}, .example = "https://host.example.org/path"};
const UrlRules kProxy{.schemes = {"http", "https", "socks5", "socks5h"},
                      .example = "http://proxy.example.org:3128",
                      .credentials_allowed = true};
const UrlRules kSmtp{.schemes = {"smtp", "smtps"}, .example = "smtp://mail.example.org:587"};

/// What stands between "//" and the path, query or fragment.
std::string_view authority(std::string_view text) {
  const std::size_t slashes = text.find("//");
  if (slashes == std::string_view::npos) return {};
  const std::string_view rest = text.substr(slashes + 2);
  return rest.substr(0, rest.find_first_of("/?#"));
}

Result<std::string> parse_url(std::string_view text, const UrlRules& rules) {
  if (text.find("://") == std::string_view::npos) {
    return fail(fmt::format("the URL names no scheme; write it like {}", rules.example));
  }
  const auto url = Url::parse(std::string(text));
  if (!url) return fail(fmt::format("{}; write it like {}", url.error().text, rules.example));
  if (std::ranges::find(rules.schemes, url->scheme()) == rules.schemes.end()) {
    return fail(
        fmt::format("the scheme {} cannot be used here; write it like {}", quote(url->scheme()), rules.example));
  }
  if (url->host().empty()) return fail(fmt::format("the URL names no host; write it like {}", rules.example));
  if (!rules.credentials_allowed && has_credentials(text)) {
    return fail("the URL holds a user name or password; take it out and give it in keys of its own");
  }
  if (text.find('#') != std::string_view::npos) return fail("a fragment (#...) of a URL is never sent; take it out");
  return std::string(text);
}

std::string without_slashes_at_end(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

bool has_credentials(std::string_view url) {
  return authority(url).find('@') != std::string_view::npos;
}

Result<std::string> parse_http_url(std::string_view text) {
  return parse_url(text, kHttp);
}

Result<std::string> parse_base_url(std::string_view text) {
  const auto url = parse_url(text, kHttp);
  if (!url) return url;
  if (url->find('?') != std::string::npos) {
    return fail("the URL holds a query (?...); leave it out, paths are put behind the URL");
  }
  return without_slashes_at_end(*url);
}

Result<std::string> parse_proxy_url(std::string_view text) {
  return parse_url(text, kProxy);
}

Result<std::string> parse_smtp_url(std::string_view text) {
  const auto url = parse_url(text, kSmtp);
  if (!url) return url;
  std::string smtp = without_slashes_at_end(*url);
  if (!smtp.ends_with(authority(smtp)))
    return fail(fmt::format("the URL holds a path; write it like {}", kSmtp.example));
  return smtp;
}

Result<std::string> parse_listen(std::string_view text) {
  const auto bad = [text] {
    return fail(fmt::format("{} is no HOST:PORT; write it like 127.0.0.1:9876", quote(text)));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || has_control_character(text)) return bad();
  const std::string_view host = text.substr(0, colon), port_text = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || port > 65535) return bad();
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find_first_of(":[]/@ ") != std::string_view::npos) return bad();
  return std::string(text);
}

Result<std::string> parse_store_url(std::string_view text) {
  constexpr std::string_view kScheme = "sqlite://";
  if (!text.starts_with(kScheme) || text.size() == kScheme.size()) {
    return fail("only SQLite is supported; write sqlite:///var/lib/tocsin/tocsin.db or sqlite://tocsin.db");
  }
  if (has_control_character(text)) return fail("the path holds control characters; remove them");
  return std::string(text.substr(kScheme.size()));
}

}  // namespace tocsin
