// String literals as Go writes them; templates and matchers both use them. Source: Go language specification,
// "String literals". Quoting the other way is quote() of agent/base/text.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// One character or escape sequence of a literal.
struct GoCharacter {
  char32_t code = 0;
  bool is_byte = false;    // \x41 and \101 name a byte, all others a code point
  std::size_t length = 0;  // bytes taken from the literal
};

/// The character at `at`. nullopt: an unknown or cut escape, a number beyond Unicode, a raw line break or `quote`.
/// REQUIRES: at < literal.size()
std::optional<GoCharacter> go_character(std::string_view literal, std::size_t at, char quote);

/// The text between the quotes of "...", with its escapes resolved; nullopt where one is wrong.
std::optional<std::string> unescape_go(std::string_view literal);

}  // namespace tocsin
