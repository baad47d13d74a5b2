#include "notifiers/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kLinkBytesMax = 2000;

bool is_alphanumeric(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// Unreserved, reserved and "%" of RFC 3986, without the quote ' which ends attributes in HTML.
bool may_stand_in_link(char byte) {
  return is_alphanumeric(byte) || std::string_view("-._~:/?#[]@!$&()*+,;=%").find(byte) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return out;
}

std::string percent_encoded(std::string_view url) {
  std::string out;
  for (const char byte : url) {
    if (may_stand_in_link(byte)) {
      out += byte;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return out;
}

}  // namespace

std::string join_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) {
    base.remove_suffix(1);
  }
  std::string joined(base);
  if (!base.ends_with(path)) {
    joined += path;
  }
  return joined;
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) {
    return {};
  }
  const std::string_view scheme = url.substr(0, scheme_end);
  std::string_view authority = url.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  authority = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  if (authority.empty() || !std::ranges::all_of(scheme, is_alphanumeric)) {
    return {};
  }
  return fmt::format("{}://{}", scheme, authority);
}

std::optional<std::string> as_link(std::string_view url) {
  const std::string origin = lower(origin_of(url));
  const bool web = origin.starts_with("http://") || origin.starts_with("https://");
  if (!web || url.find(' ') != std::string_view::npos || clean_line(url) != url) {
    return std::nullopt;
  }
  std::string link = percent_encoded(url);
  if (link.size() > kLinkBytesMax) {
    return std::nullopt;
  }
  return link;
}

}  // namespace tocsin
