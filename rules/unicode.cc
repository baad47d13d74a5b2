#include "rules/unicode.h"

#include <clocale>
#include <cwctype>

#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Null where the system has no C.UTF-8. Made once and never freed: it lives as long as the process.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_ascii_letter_or_digit(char32_t code) {
  return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

}  // namespace

Rune rune_at(std::string_view text, std::size_t at) {
  const std::size_t length = utf8_length(text, at);
  const auto first = static_cast<unsigned char>(text[at]);
  if (length == 0) return {.code = kReplacement, .length = 1, .valid = false};
  if (length == 1) return {.code = first, .length = 1};
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code = (code << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return {.code = code, .length = length};
}

void append_rune(std::string& out, char32_t code) {
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (surrogate || code > 0x10FFFF) code = kReplacement;
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  const auto put_rest = [&put, code](int shift) {
    for (; shift >= 0; shift -= 6) put(0x80U | ((code >> static_cast<unsigned>(shift)) & 0x3FU));
  };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put_rest(0);
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put_rest(6);
  } else {
    put(0xF0U | (code >> 18U));
    put_rest(12);
  }
}

std::size_t rune_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += rune_at(text, at).length) ++count;
  return count;
}

bool is_letter_or_digit(char32_t code) {
  if (code < 0x80 || unicode_locale() == nullptr) return is_ascii_letter_or_digit(code);
  return iswalnum_l(static_cast<wint_t>(code), unicode_locale()) != 0;
}

bool is_space(char32_t code) {
  if (code == 0x85 || code == 0xA0) return true;  // Go's unicode.IsSpace has them, the C library has not
  if (code < 0x80 || unicode_locale() == nullptr) return code == ' ' || (code >= '\t' && code <= '\r');
  return iswspace_l(static_cast<wint_t>(code), unicode_locale()) != 0;
}

char32_t upper(char32_t code) {
  if (unicode_locale() == nullptr) return code >= 'a' && code <= 'z' ? code - ('a' - 'A') : code;
  return static_cast<char32_t>(towupper_l(static_cast<wint_t>(code), unicode_locale()));
}

char32_t lower(char32_t code) {
  if (unicode_locale() == nullptr) return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
  return static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), unicode_locale()));
}

}  // namespace tocsin
