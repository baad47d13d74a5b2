// Unicode by code point, as Go's packages unicode and utf8 see text: what is no valid UTF-8 is U+FFFD, byte by byte.
// Case and classes come from the C library's C.UTF-8 locale, whatever the process's own locale is; where that is
// missing they know ASCII only. All functions: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

struct Rune {
  char32_t code = 0;
  std::size_t length = 0;  // bytes taken from the text
  bool valid = true;       // false: the byte there is no UTF-8, and `code` is U+FFFD
};

/// The code point at byte `at`. REQUIRES: at < text.size()
Rune rune_at(std::string_view text, std::size_t at);
/// Appends as UTF-8; what is no Unicode scalar value becomes U+FFFD.
void append_rune(std::string& out, char32_t code);
std::size_t rune_count(std::string_view text);

bool is_letter_or_digit(char32_t code);
bool is_space(char32_t code);
char32_t upper(char32_t code);
char32_t lower(char32_t code);

}  // namespace tocsin
