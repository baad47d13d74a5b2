#include "rules/template/format_verb.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "agent/base/text.h"
#include "rules/template/format_float.h"
#include "rules/unicode.h"

namespace tocsin::templates {
namespace {

FormatFlags without_zero(FormatFlags flags) {
  flags.zero = false;
  return flags;
}

std::string bad_verb(const Value& value, char32_t verb, const FormatFlags& flags) {
  std::string out = "%!";
  append_rune(out, verb);
  if (std::holds_alternative<std::monostate>(value)) return out + "(<nil>)";
  return fmt::format("{}({}={})", out, type_name(value), format_verb(value, 'v', flags));
}

/// The sign goes before the padding zeros.
std::string pad_number(char sign, std::string digits, const FormatFlags& flags) {
  if (flags.zero && flags.width) {
    const auto signs = static_cast<std::size_t>(sign == '\0' ? 0 : 1);
    const auto width = static_cast<std::size_t>(*flags.width);
    if (width > digits.size() + signs) digits.insert(0, width - digits.size() - signs, '0');
  }
  if (sign != '\0') digits.insert(digits.begin(), sign);
  return pad(digits, without_zero(flags));
}

char sign_of(bool negative, const FormatFlags& flags) {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '\0';
}

std::string magnitude_text(double magnitude, char verb, const FormatFlags& flags) {
  const bool fixed_precision = verb == 'e' || verb == 'E' || verb == 'f' || verb == 'F';
  const std::optional<int> precision = flags.precision || !fixed_precision ? flags.precision : std::optional(6);
  if (flags.sharp) {
    return fmt::format(fmt::runtime(fmt::format("{{:#.{}{}}}", precision.value_or(6), verb)), magnitude);
  }
  return format_float(magnitude, verb, precision);
}

std::string format_double(double value, char32_t verb, const FormatFlags& flags) {
  const bool general = verb == 'v' || verb == 'g' || verb == 'G';
  const bool known = general || verb == 'e' || verb == 'E' || verb == 'f' || verb == 'F';
  if (!known) return bad_verb(value, verb, flags);
  if (std::isnan(value)) {
    const char sign = sign_of(false, flags);
    return pad(sign == '\0' ? "NaN" : fmt::format("{}NaN", sign), without_zero(flags));
  }
  if (std::isinf(value)) {
    const bool space = flags.space && !flags.plus && value > 0;
    return pad(space ? " Inf" : format_float(value, 'g', std::nullopt), without_zero(flags));
  }
  const char form = verb == 'v' ? 'g' : static_cast<char>(verb);
  return pad_number(sign_of(std::signbit(value), flags), magnitude_text(std::fabs(value), form, flags), flags);
}

std::string digits_of(uint64_t magnitude, char32_t verb) {
  switch (verb) {
    case 'b':
      return fmt::format("{:b}", magnitude);
    case 'o':
    case 'O':
      return fmt::format("{:o}", magnitude);
    case 'x':
      return fmt::format("{:x}", magnitude);
    case 'X':
      return fmt::format("{:X}", magnitude);
    default:
      return fmt::format("{}", magnitude);
  }
}

std::string_view base_prefix(char32_t verb, bool sharp) {
  if (verb == 'O') return "0o";
  if (!sharp) return "";
  switch (verb) {
    case 'b':
      return "0b";
    case 'o':
      return "0";
    case 'x':
      return "0x";
    case 'X':
      return "0X";
    default:
      return "";
  }
}

std::string format_number_verb(int64_t value, char32_t verb, const FormatFlags& flags) {
  const uint64_t magnitude = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  std::string digits = digits_of(magnitude, verb);
  const std::string prefix(base_prefix(verb, flags.sharp));
  const char sign = sign_of(value < 0, flags);
  if (!flags.precision) {
    // Padding zeros come after the prefix as after the sign, and the prefix does not count for them.
    if (prefix.empty() || !flags.zero) return pad_number(sign, prefix + digits, flags);
    FormatFlags zeros = flags;
    digits = pad_number('\0', digits, zeros);
    return pad_number(sign, prefix + digits, without_zero(flags));
  }
  if (*flags.precision == 0 && value == 0) return pad("", without_zero(flags));
  const auto digits_min = static_cast<std::size_t>(*flags.precision);
  if (digits.size() < digits_min) digits.insert(0, digits_min - digits.size(), '0');
  return pad_number(sign, prefix + digits, without_zero(flags));
}

std::string format_code_point(int64_t value, char32_t verb, const FormatFlags& flags) {
  const bool scalar = value >= 0 && value <= 0x10FFFF;
  const char32_t code = scalar ? static_cast<char32_t>(value) : char32_t{0xFFFD};
  std::string text;
  append_rune(text, code);
  if (verb == 'c') return pad(text, flags);
  if (verb == 'U') return pad(fmt::format("U+{:04X}", static_cast<uint64_t>(value)), without_zero(flags));
  if (text == "'") return pad("'\\''", flags);
  if (text == "\"") return pad("'\"'", flags);
  std::string quoted = quote(text);
  quoted.front() = quoted.back() = '\'';
  return pad(quoted, flags);
}

std::string format_int(int64_t value, char32_t verb, const FormatFlags& flags) {
  constexpr std::u32string_view kNumberVerbs = U"vdboOxX";
  if (kNumberVerbs.find(verb) != std::u32string_view::npos) return format_number_verb(value, verb, flags);
  if (verb == 'c' || verb == 'q' || verb == 'U') return format_code_point(value, verb, flags);
  return bad_verb(value, verb, flags);
}

std::string_view first_runes(std::string_view text, const std::optional<int>& count) {
  if (!count) return text;
  std::size_t end = 0;
  for (int taken = 0; taken < *count && end < text.size(); ++taken) end += rune_at(text, end).length;
  return text.substr(0, end);
}

/// Everything beyond ASCII as \u escapes.
std::string ascii_only(std::string_view quoted) {
  std::string out;
  for (std::size_t at = 0; at < quoted.size();) {
    const Rune rune = rune_at(quoted, at);
    at += rune.length;
    if (rune.code < 0x80) {
      out += static_cast<char>(rune.code);
    } else {
      out += rune.code < 0x10000 ? fmt::format("\\u{:04x}", static_cast<uint32_t>(rune.code))
                                 : fmt::format("\\U{:08x}", static_cast<uint32_t>(rune.code));
    }
  }
  return out;
}

std::string format_quoted(std::string_view text, const FormatFlags& flags) {
  const bool raw = flags.sharp && valid_utf8(text) == text && std::ranges::none_of(text, [](char c) {
                     return c == '`' || (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
                   });
  if (raw) return pad(fmt::format("`{}`", text), flags);
  return pad(flags.plus ? ascii_only(quote(text)) : quote(text), flags);
}

std::string format_hex_bytes(std::string_view text, char32_t verb, const FormatFlags& flags) {
  if (flags.precision) text = text.substr(0, static_cast<std::size_t>(*flags.precision));
  const std::string_view prefix = !flags.sharp ? "" : (verb == 'x' ? "0x" : "0X");
  std::string out;
  for (const char c : text) {
    if (flags.space && !out.empty()) out += ' ';
    if (out.empty() || flags.space) out += prefix;
    const auto byte = static_cast<unsigned char>(c);
    out += verb == 'x' ? fmt::format("{:02x}", byte) : fmt::format("{:02X}", byte);
  }
  return pad(out, flags);
}

std::string format_string(const std::string& text, char32_t verb, const FormatFlags& flags) {
  switch (verb) {
    case 'v':
      if (flags.go_syntax) return pad(quote(text), flags);
      [[fallthrough]];
    case 's':
      return pad(first_runes(text, flags.precision), flags);
    case 'q':
      return format_quoted(first_runes(text, flags.precision), flags);
    case 'x':
    case 'X':
      return format_hex_bytes(text, verb, flags);
    default:
      return bad_verb(text, verb, flags);
  }
}

std::string format_map(const Labels& labels, char32_t verb, const FormatFlags& flags) {
  std::string out = flags.go_syntax ? "map[string]string{" : "map[";
  bool first = true;
  for (const auto& [name, value] : labels) {
    if (!first) out += flags.go_syntax ? ", " : " ";
    first = false;
    out +=
        fmt::format("{}:{}", format_verb(std::string(name), verb, flags), format_verb(std::string(value), verb, flags));
  }
  return out + (flags.go_syntax ? '}' : ']');
}

}  // namespace

std::string pad(std::string_view text, const FormatFlags& flags) {
  if (!flags.width) return std::string(text);
  const auto width = static_cast<std::size_t>(*flags.width);
  const std::size_t length = rune_count(text);
  if (length >= width) return std::string(text);
  if (flags.minus) return std::string(text) + std::string(width - length, ' ');
  return std::string(width - length, flags.zero ? '0' : ' ') + std::string(text);
}

std::string format_verb(const Value& value, char32_t verb, const FormatFlags& flags) {
  if (verb == 'T') return format_string(std::string(type_name(value)), 's', flags);
  if (const auto* number = std::get_if<double>(&value)) return format_double(*number, verb, flags);
  if (const auto* number = std::get_if<int64_t>(&value)) return format_int(*number, verb, flags);
  if (const auto* text = std::get_if<std::string>(&value)) return format_string(*text, verb, flags);
  if (const auto* labels = std::get_if<const Labels*>(&value)) return format_map(**labels, verb, flags);
  const bool boolean = std::holds_alternative<bool>(value);
  if (verb == 'v' || (boolean && verb == 't')) return pad(to_text(value), flags);
  return bad_verb(value, verb, flags);
}

}  // namespace tocsin::templates
