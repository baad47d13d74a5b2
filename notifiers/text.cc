#include "notifiers/text.h"

#include <cstdint>

#include "agent/base/text.h"

namespace tocsin {
namespace {

std::string cleaned(std::string_view text, bool keep_line_feeds) {
  std::string out;
  while (!text.empty()) {
    const std::string_view code_point = take_code_point(text);
    if (keep_line_feeds && code_point == "\r") {
      continue;
    }
    const bool keep = !is_control(code_point) || (keep_line_feeds && code_point == "\n");
    out += keep ? code_point : " ";
  }
  const std::size_t first = out.find_first_not_of(" \n");
  return first == std::string::npos ? std::string() : out.substr(first, out.find_last_not_of(" \n") - first + 1);
}

}  // namespace

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    take_code_point(text);
    ++count;
  }
  return count;
}

std::string clean_line(std::string_view text) {
  return cleaned(text, false);
}

std::string clean_lines(std::string_view text) {
  return cleaned(text, true);
}

std::string truncate(std::string_view text, std::size_t code_points_max) {
  return escape_within(text, code_points_max, [](std::string_view code_point) { return code_point; });
}

std::string short_line(std::string_view text, std::size_t code_points_max) {
  // A code point takes four bytes at most: what lies behind that is not looked at, however long the text is.
  const std::string_view begin = truncate_bytes(text, 4 * code_points_max + 4);
  return truncate(clean_line(begin), code_points_max);
}

std::string_view truncate_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && (static_cast<uint8_t>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace tocsin
