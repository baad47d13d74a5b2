#include "rules/template/text_functions.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "rules/unicode.h"

namespace tocsin::templates {
namespace {

template <class Change>
std::string change_runes(std::string_view text, Change change) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    append_rune(out, change(rune.code));
    at += rune.length;
  }
  return out;
}

/// Go's strings.Title: what parts words.
bool is_separator(char32_t code) {
  if (code == '_' || is_letter_or_digit(code)) return false;
  return code < 0x80 || is_space(code);
}

struct HostPort {
  std::string_view host;
  std::string_view port;
};

/// Go's net.SplitHostPort; nullopt where it would fail.
std::optional<HostPort> split_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = host.starts_with('[');
  if (brackets) {
    if (host.find(']') != host.size() - 1) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  constexpr std::string_view kBrackets = "[]";
  if (host.find_first_of(kBrackets) != std::string_view::npos) return std::nullopt;
  if (port.find_first_of(kBrackets) != std::string_view::npos) return std::nullopt;
  return HostPort{.host = host, .port = port};
}

bool is_address(std::string_view host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const std::string text(host);
  if (text.size() != std::char_traits<char>::length(text.c_str())) return false;
  return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const char* digits = text.data() + at + 1;
    const bool escape =
        text[at] == '%' && at + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    out += escape ? static_cast<char>(static_cast<unsigned char>(value)) : text[at];
    if (escape) at += 2;
  }
  return out;
}

}  // namespace

std::string to_upper(std::string_view text) {
  return change_runes(text, upper);
}

std::string to_lower(std::string_view text) {
  return change_runes(text, lower);
}

std::string title(std::string_view text) {
  char32_t previous = ' ';
  return change_runes(text, [&previous](char32_t code) {
    const bool begins_word = is_separator(previous);
    previous = code;
    return begins_word ? upper(code) : code;
  });
}

std::string strip_port(std::string_view host_port) {
  const auto parts = split_host_port(host_port);
  return std::string(parts ? parts->host : host_port);
}

std::string strip_domain(std::string_view host_port) {
  const auto parts = split_host_port(host_port);
  std::string_view host = parts ? parts->host : host_port;
  if (is_address(host)) return std::string(host_port);
  host = host.substr(0, host.find('.'));
  if (!parts || parts->port.empty()) return std::string(host);
  const bool brackets = host.find(':') != std::string_view::npos;
  return brackets ? fmt::format("[{}]:{}", host, parts->port) : fmt::format("{}:{}", host, parts->port);
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\0':
        append_rune(out, 0xFFFD);
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_url_query(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string url_path(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
    url.remove_prefix(std::min(url.find_first_of("/?#"), url.size()));
  }
  return decode_percent(url.substr(0, url.find_first_of("?#")));
}

std::string graph_link(std::string_view query) {
  return fmt::format("/graph?g0.expr={}&g0.tab=0", escape_url_query(query));
}

std::string table_link(std::string_view query) {
  return fmt::format("/graph?g0.expr={}&g0.tab=1", escape_url_query(query));
}

}  // namespace tocsin::templates
