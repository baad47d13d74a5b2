#include "rules/go_string.h"

#include <charconv>
#include <cstdint>

#include "rules/unicode.h"

namespace tocsin {
namespace {

constexpr std::string_view kSimpleNames = "abfnrtv\\";
constexpr std::string_view kSimpleValues = "\a\b\f\n\r\t\v\\";

/// Exactly `count` digits of `base` after `skip` bytes of the escape.
std::optional<uint32_t> digits(std::string_view escape, std::size_t skip, std::size_t count, int base) {
  if (escape.size() < skip + count) return std::nullopt;
  uint32_t value = 0;
  const char* end = escape.data() + skip + count;
  const auto parsed = std::from_chars(escape.data() + skip, end, value, base);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

std::optional<GoCharacter> byte_escape(std::string_view escape, std::size_t skip, std::size_t count, int base) {
  const auto value = digits(escape, skip, count, base);
  if (!value || *value > 0xFF) return std::nullopt;
  return GoCharacter{.code = *value, .is_byte = true, .length = skip + count};
}

std::optional<GoCharacter> code_point_escape(std::string_view escape, std::size_t count) {
  const auto value = digits(escape, 2, count, 16);
  if (!value || *value > 0x10FFFF || (*value >= 0xD800 && *value <= 0xDFFF)) return std::nullopt;
  return GoCharacter{.code = *value, .length = 2 + count};
}

/// `escape` begins with the backslash.
std::optional<GoCharacter> read_escape(std::string_view escape, char quote) {
  if (escape.size() < 2) return std::nullopt;
  const char name = escape[1];
  if (const auto simple = kSimpleNames.find(name); simple != std::string_view::npos) {
    return GoCharacter{.code = static_cast<unsigned char>(kSimpleValues[simple]), .length = 2};
  }
  if (name == quote) return GoCharacter{.code = static_cast<unsigned char>(quote), .length = 2};
  if (name == 'x') return byte_escape(escape, 2, 2, 16);
  if (name == 'u') return code_point_escape(escape, 4);
  if (name == 'U') return code_point_escape(escape, 8);
  return byte_escape(escape, 1, 3, 8);
}

}  // namespace

std::optional<GoCharacter> go_character(std::string_view literal, std::size_t at, char quote) {
  if (literal[at] == '\\') return read_escape(literal.substr(at), quote);
  if (literal[at] == quote || literal[at] == '\n') return std::nullopt;
  const Rune rune = rune_at(literal, at);
  // A byte that is no UTF-8 stays what it is; as a code point it would turn into U+FFFD.
  if (!rune.valid) return GoCharacter{.code = static_cast<unsigned char>(literal[at]), .is_byte = true, .length = 1};
  return GoCharacter{.code = rune.code, .length = rune.length};
}

std::optional<std::string> unescape_go(std::string_view literal) {
  std::string out;
  for (std::size_t at = 0; at < literal.size();) {
    const auto character = go_character(literal, at, '"');
    if (!character) return std::nullopt;
    if (character->is_byte) {
      out += static_cast<char>(static_cast<unsigned char>(character->code));
    } else {
      append_rune(out, character->code);
    }
    at += character->length;
  }
  return out;
}

}  // namespace tocsin
