#include "agent/config/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <memory>
#include <optional>

#include "agent/config/characters.h"

namespace tocsin {
namespace {

/// One URL in libcurl's parser, which is also the one that will use it.
class ParsedUrl {
 public:
  explicit ParsedUrl(std::string_view text) : handle_(curl_url(), curl_url_cleanup) {
    status_ = curl_url_set(handle_.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
  }

  bool ok() const { return status_ == CURLUE_OK; }
  std::string problem() const { return curl_url_strerror(status_); }
  bool has(CURLUPart part) const { return get(part).has_value(); }

  std::optional<std::string> get(CURLUPart part) const {
    char* value = nullptr;
    if (curl_url_get(handle_.get(), part, &value, 0) != CURLUE_OK) return std::nullopt;
    const std::unique_ptr<char, void (*)(void*)> owner(value, curl_free);
    return std::string(value);
  }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> handle_;
  CURLUcode status_ = CURLUE_OK;
};

struct UrlRules {
  std::initializer_list<std::string_view> schemes;
  std::string_view example;
  bool credentials_allowed = false;
};

Result<void> check_url(const ParsedUrl& url, const UrlRules& rules) {
  if (!url.ok()) return fail(fmt::format("this is no URL ({}); write it like {}", url.problem(), rules.example));
  const std::string scheme = url.get(CURLUPART_SCHEME).value_or("");
  if (std::ranges::find(rules.schemes, scheme) == rules.schemes.end()) {
    return fail(fmt::format("the scheme {} cannot be used here; write it like {}", scheme, rules.example));
  }
  if (url.get(CURLUPART_HOST).value_or("").empty()) {
    return fail(fmt::format("the URL names no host; write it like {}", rules.example));
  }
  if (!rules.credentials_allowed && (url.has(CURLUPART_USER) || url.has(CURLUPART_PASSWORD))) {
    return fail("the URL holds a user name or password; take it out and give it in keys of its own");
  }
  if (url.has(CURLUPART_FRAGMENT)) return fail("the URL holds a fragment (#...), which is never sent; take it out");
  return {};
}

Result<void> check_http_url(const ParsedUrl& url) {
  return check_url(url, {.schemes = {"http", "https"}, .example = "https://host.example.org/path"});
}

/// libcurl takes some control characters and blanks in URLs; nobody means them.
Result<void> check_characters(std::string_view text) {
  const bool blank = text.find(' ') != std::string_view::npos;
  if (blank || has_control_character(text))
    return fail("it holds blanks or control characters; percent-encode or remove them");
  return {};
}

Result<std::string> checked(std::string_view text, const Result<void>& check) {
  if (const auto characters = check_characters(text); !characters) return std::unexpected(characters.error());
  if (!check) return std::unexpected(check.error());
  return std::string(text);
}

}  // namespace

Result<std::string> parse_http_url(std::string_view text) {
  return checked(text, check_http_url(ParsedUrl(text)));
}

Result<std::string> parse_base_url(std::string_view text) {
  const ParsedUrl url(text);
  auto base = checked(text, check_http_url(url));
  if (!base) return base;
  if (url.has(CURLUPART_QUERY)) return fail("the URL holds a query (?...); leave it out, paths are put behind the URL");
  while (base->ends_with('/')) base->pop_back();
  return base;
}

Result<std::string> parse_proxy_url(std::string_view text) {
  const UrlRules rules{.schemes = {"http", "https", "socks5", "socks5h"},
                       .example = "http://proxy.example.org:3128",
                       .credentials_allowed = true};
  return checked(text, check_url(ParsedUrl(text), rules));
}

Result<std::string> parse_smtp_url(std::string_view text) {
  const UrlRules rules{.schemes = {"smtp", "smtps"}, .example = "smtp://mail.example.org:587"};
  const ParsedUrl url(text);
  auto smtp = checked(text, check_url(url, rules));
  if (!smtp) return smtp;
  if (url.get(CURLUPART_PATH).value_or("/") != "/" || url.has(CURLUPART_QUERY)) {
    return fail(fmt::format("the URL holds a path; write it like {}", rules.example));
  }
  while (smtp->ends_with('/')) smtp->pop_back();
  return smtp;
}

Result<std::string> parse_listen(std::string_view text) {
  const auto bad = [text] { return fail(fmt::format("\"{}\" is no HOST:PORT; write it like 127.0.0.1:9876", text)); };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !check_characters(text)) return bad();
  const std::string_view host = text.substr(0, colon), port_text = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || port > 65535) return bad();
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find_first_of(":[]/") != std::string_view::npos) return bad();
  return std::string(text);
}

Result<std::string> parse_store_url(std::string_view text) {
  constexpr std::string_view kScheme = "sqlite://";
  if (!text.starts_with(kScheme) || text.size() == kScheme.size()) {
    return fail(
        "only SQLite is supported; write sqlite:///var/lib/tocsin/tocsin.db or sqlite://file-beside-this-one.db");
  }
  if (text.find('\0') != std::string_view::npos) return fail("the path holds a NUL character; remove it");
  return std::string(text.substr(kScheme.size()));
}

}  // namespace tocsin
