#include "agent/api/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tocsin {
namespace {

bool is_control(unsigned char byte) {
  return byte < 0x20 || byte == 0x7f;
}

Result<char> decode_escape(std::string_view digits) {
  unsigned int byte = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
  if (digits.size() != 2 || code != std::errc{} || end != digits.data() + 2) {
    return fail("the URL has a '%' that two hexadecimal digits do not follow; write '%25' for a '%'");
  }
  return static_cast<char>(static_cast<unsigned char>(byte));
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char next = text[i];
    if (next == '%') {
      const Result<char> escaped = decode_escape(text.substr(i + 1, 2));
      if (!escaped) return std::unexpected(escaped.error());
      next = *escaped;
      i += 2;
    } else if (next == '+' && plus_is_space) {
      next = ' ';
    }
    if (is_control(static_cast<unsigned char>(next))) return fail("the URL has a control character");
    decoded.push_back(next);
  }
  return decoded;
}

/// Calls `take` with every piece between separators, until it returns an error.
template <class Take>
Result<void> split(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (Result<void> taken = take(text.substr(0, end)); !taken) return taken;
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view Target::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

Result<Target> parse_target(std::string_view text) {
  const std::string_view path = text.substr(0, text.find_first_of("?#"));
  if (!path.starts_with('/')) return fail("the request target does not start with '/'");
  Target target;
  Result<void> parsed = split(path.substr(1), '/', [&](std::string_view segment) -> Result<void> {
    Result<std::string> decoded = decode(segment, false);
    if (!decoded) return std::unexpected(decoded.error());
    target.path.push_back(std::move(*decoded));
    return {};
  });
  if (!parsed) return std::unexpected(parsed.error());
  if (path.size() == text.size() || text[path.size()] != '?') return target;

  std::string_view query = text.substr(path.size() + 1);
  query = query.substr(0, query.find('#'));
  parsed = split(query, '&', [&](std::string_view pair) -> Result<void> {
    const std::size_t equals = pair.find('=');
    Result<std::string> name = decode(pair.substr(0, equals), true);
    if (!name) return std::unexpected(name.error());
    Result<std::string> value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!value) return std::unexpected(value.error());
    if (!name->empty()) target.query.emplace_back(std::move(*name), std::move(*value));
    return {};
  });
  if (!parsed) return std::unexpected(parsed.error());
  return target;
}

}  // namespace tocsin
