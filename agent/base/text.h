// Small pieces of text handling that several rooms share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

/// Double-quoted as Go's strconv.Quote does it: `"` `\` and control characters escaped, invalid UTF-8 as \x bytes,
/// line separators and bidirectional controls as \u escapes; other text as it is.
std::string quote(std::string_view text);

/// A control of ASCII or C1, which a terminal would obey, a line separator, or what reorders the text around it.
/// REQUIRES: `sequence` is one valid UTF-8 sequence.
bool is_control(std::string_view sequence);

/// `\u` and four hexadecimal digits, as JSON has it. REQUIRES: is_control(sequence).
std::string escape_control(std::string_view sequence);

/// Length in bytes of the UTF-8 sequence at `at`; 0 where the bytes there are no valid UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// Takes the first code point off `rest` and returns its bytes; U+FFFD for a byte that begins no valid sequence.
/// REQUIRES: `rest` is not empty.
std::string_view take_code_point(std::string_view& rest);

/// Invalid UTF-8 replaced by U+FFFD, so that JSON and mail can carry it.
std::string valid_utf8(std::string_view text);

/// At most `bytes_max` bytes, cut between code points, with "..." at the end where something was cut.
std::string shorten(std::string_view text, std::size_t bytes_max);

/// Foreign text for people: one line of valid UTF-8 of at most `bytes_max` bytes; white space and controls between
/// words become one space.
std::string one_line(std::string_view text, std::size_t bytes_max);

/// A value for people and JSON strings, as Prometheus writes samples: shortest digits that read back as the same
/// double, without exponent between 1e-6 and 1e21; "NaN", "+Inf", "-Inf".
std::string format_number(double value);

}  // namespace tocsin
