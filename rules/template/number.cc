#include "rules/template/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "rules/go_string.h"
#include "rules/template/format_float.h"

namespace tocsin::templates {
namespace {

struct Base {
  int base = 10;
  std::size_t prefix_bytes = 0;
};

Base base_of(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return {};
  switch (digits[1]) {
    case 'x':
    case 'X':
      return {.base = 16, .prefix_bytes = 2};
    case 'b':
    case 'B':
      return {.base = 2, .prefix_bytes = 2};
    case 'o':
    case 'O':
      return {.base = 8, .prefix_bytes = 2};
    default:
      return {.base = 8};
  }
}

/// Without the underscores; nullopt where one does not stand between digits (or behind the base).
std::optional<std::string> without_underscores(std::string_view digits) {
  if (digits.find("__") != std::string_view::npos || digits.starts_with('_') || digits.ends_with('_')) {
    return std::nullopt;
  }
  std::string plain(digits);
  std::erase(plain, '_');
  return plain;
}

struct Integer {
  uint64_t magnitude = 0;
  bool overflow = false;
};

std::optional<Integer> parse_integer(std::string_view digits) {
  const auto plain = without_underscores(digits);
  if (!plain) return std::nullopt;
  const Base base = base_of(*plain);
  Integer integer;
  const char* begin = plain->data() + base.prefix_bytes;
  const char* end = plain->data() + plain->size();
  const auto parsed = std::from_chars(begin, end, integer.magnitude, base.base);
  if (parsed.ptr != end || begin == end) return std::nullopt;
  integer.overflow = parsed.ec == std::errc::result_out_of_range;
  return integer;
}

}  // namespace

Outcome parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = text;
  if (negative || text.starts_with('+')) digits.remove_prefix(1);
  if (const auto integer = parse_integer(digits)) {
    const uint64_t magnitude_max = uint64_t{std::numeric_limits<int64_t>::max()} + (negative ? 1 : 0);
    if (integer->overflow || integer->magnitude > magnitude_max) {
      return std::unexpected(fmt::format("{} overflows int; write it with a point or an exponent", text));
    }
    return static_cast<int64_t>(negative ? uint64_t{0} - integer->magnitude : integer->magnitude);
  }
  const bool begins_like_number = !digits.empty() && (digits[0] == '.' || (digits[0] >= '0' && digits[0] <= '9'));
  const bool float_form = digits.find_first_of(".eEpP") != std::string_view::npos;
  const auto number = begins_like_number && float_form ? parse_float(text) : std::nullopt;
  if (!number) return std::unexpected(fmt::format("bad number syntax: \"{}\"", text));
  return *number;
}

std::optional<int64_t> parse_character(std::string_view text) {
  const std::string_view inside = text.substr(1, text.size() - 2);
  if (inside.empty()) return std::nullopt;
  const auto character = go_character(inside, 0, '\'');
  if (!character || character->length != inside.size()) return std::nullopt;
  return static_cast<int64_t>(character->code);
}

}  // namespace tocsin::templates
