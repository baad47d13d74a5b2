#include "notifiers/mail_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/base/base64.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kLineMax = 76;

/// Bytes of an encoded word on a line of which `used` characters are taken: "=?UTF-8?B?" and "?=" are 12, and four of
/// base64 hold three bytes. One code point, of at most 4 bytes, always has room.
constexpr std::size_t encoded_bytes_max(std::size_t used) {
  constexpr std::size_t kFrame = 12;
  return used + kFrame + 8 > kLineMax ? 4 : (kLineMax - used - kFrame) / 4 * 3;
}

bool is_alphanumeric(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return byte >= 0x20 && byte < 0x7F; });
}

/// Printable ASCII that no reader could take for an encoded word, with no word too long to fold.
bool needs_no_encoding(std::string_view text) {
  std::size_t word = 0;
  std::size_t longest = 0;
  for (const char byte : text) {
    word = byte == ' ' ? 0 : word + 1;
    longest = std::max(longest, word);
  }
  return is_printable_ascii(text) && text.find("=?") == std::string_view::npos && longest < kLineMax;
}

/// Breaks at blanks, so that lines stay short; `used` characters of the first line are taken.
std::string folded(std::string_view text, std::size_t used) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' ', 1), text.size());
    if (used + end > kLineMax && text.front() == ' ') {
      out += "\r\n";
      used = 0;
    }
    out += text.substr(0, end);
    used += end;
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::string encoded_words(std::string_view text, std::size_t used) {
  std::size_t bytes_max = encoded_bytes_max(used);
  std::string out;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) {
      out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", base64(word));
    }
    word.clear();
    bytes_max = encoded_bytes_max(1);  // a blank begins each further line
  };
  while (!text.empty()) {
    const std::string_view code_point = take_code_point(text);
    if (word.size() + code_point.size() > bytes_max) {
      flush();
    }
    word += code_point;
  }
  flush();
  return out;
}

std::string unstructured_header(std::string_view name, std::string_view value) {
  const std::string clean = clean_line(value);
  if (needs_no_encoding(clean)) {
    return fmt::format("{}: {}\r\n", name, folded(clean, name.size() + 2));
  }
  // On the first line, too: readers show the blank that would begin a second one.
  return fmt::format("{}: {}\r\n", name, encoded_words(clean, name.size() + 2));
}

std::string header_phrase(std::string_view text) {
  const auto is_plain = [](char byte) { return is_alphanumeric(byte) || byte == ' ' || byte == '-' || byte == '_'; };
  if (std::ranges::all_of(text, is_plain)) {
    return std::string(text);
  }
  if (!is_printable_ascii(text)) {
    return encoded_words(text);
  }
  std::string quoted = "\"";
  for (const char byte : text) {
    quoted += (byte == '"' || byte == '\\') ? std::string{'\\', byte} : std::string{byte};
  }
  return quoted + "\"";
}

std::string mail_date(Timestamp at) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string message_id_part(std::string_view text) {
  std::string part(text.substr(0, 64));
  std::ranges::replace_if(part, [](char byte) { return !is_alphanumeric(byte) && byte != '-'; }, '-');
  return part;
}

}  // namespace tocsin
