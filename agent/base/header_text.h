// What may stand in a line of a protocol: curl passes CR and LF through, and with them a second line of the sender's
// choice.
#pragma once

#include <algorithm>
#include <string_view>

namespace tocsin {

constexpr bool is_control_byte(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Fit for an SMTP command or a credential.
constexpr bool has_control(std::string_view text) {
  return std::ranges::any_of(text, is_control_byte);
}

/// Fit for a header's value (RFC 9110 section 5.5); a tab is.
constexpr bool is_header_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control_byte(c) && c != '\t'; });
}

/// A token (RFC 9110 section 5.6.2).
constexpr bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [=](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace tocsin
