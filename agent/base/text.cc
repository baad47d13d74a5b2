#include "agent/base/text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace tocsin {

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) {
    return at + offset < text.size() ? static_cast<uint8_t>(text[at + offset]) : uint8_t{0};
  };
  const auto continues = [&](std::size_t offset) { return (byte(offset) & 0xC0U) == 0x80U; };
  const uint8_t first = byte(0);
  if (first < 0x80) return at < text.size() ? 1 : 0;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<uint8_t>(sequence[0]) < 0x20 || sequence[0] == 0x7f;
  if (sequence.size() == 2) return sequence < "\xC2\xA0";
  return sequence.size() == 3 && ((sequence >= "\xE2\x80\xA8" && sequence <= "\xE2\x80\xAE") ||
                                  (sequence >= "\xE2\x81\xA6" && sequence <= "\xE2\x81\xA9"));
}

std::string escape_control(std::string_view sequence) {
  constexpr uint8_t kFirstBits[] = {0x7F, 0x1F, 0x0F};  // of a sequence of one, two or three bytes
  unsigned int code = static_cast<uint8_t>(sequence[0]) & kFirstBits[sequence.size() - 1];
  for (const char c : sequence.substr(1)) code = code << 6U | (static_cast<uint8_t>(c) & 0x3FU);
  return fmt::format("\\u{:04x}", code);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text, at);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (length == 0 || static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    } else if (is_control(text.substr(at, length))) {
      out += escape_control(text.substr(at, length));
    } else {
      out += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return out + '"';
}

std::string_view take_code_point(std::string_view& rest) {
  const std::size_t length = utf8_length(rest, 0);
  const std::string_view code_point = length == 0 ? std::string_view("\uFFFD") : rest.substr(0, length);
  rest.remove_prefix(length == 0 ? 1 : length);
  return code_point;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) out += take_code_point(text);
  return out;
}

std::string shorten(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  constexpr std::string_view kEllipsis = "...";
  std::size_t end = bytes_max > kEllipsis.size() ? bytes_max - kEllipsis.size() : 0;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string out;
  text = text.substr(0, 4 * bytes_max);  // what lies far beyond the limit is not worth a look
  while (!text.empty()) {
    const std::string_view code_point = take_code_point(text);
    const bool blank = code_point == " " || is_control(code_point);
    if (!blank) out += code_point;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return shorten(out, bytes_max);
}

std::string format_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double magnitude = std::fabs(value);
  const bool plain = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {buffer.data(), end.ptr};
}

}  // namespace tocsin
