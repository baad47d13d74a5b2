// Which characters may stand in names and in what ends up in headers and commands.
#pragma once

#include <algorithm>
#include <string_view>

namespace tocsin {

/// Control characters of ASCII: a line break in a header or an SMTP command would begin a second one.
inline bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
}

/// [A-Za-z_][A-Za-z0-9_<others>]*
inline bool is_identifier(std::string_view text, std::string_view others = "") {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return letter(c) || digit(c) || others.find(c) != std::string_view::npos;
  });
}

}  // namespace tocsin
