#include "tests/notifiers/mail_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tocsin {
namespace {

constexpr std::size_t kLineBytesMax = 998;  // RFC 5322, section 2.1.1

std::vector<std::string> crlf_lines(const std::string& bytes) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const std::size_t end = bytes.find("\r\n", begin);
    if (end == std::string::npos) {
      ADD_FAILURE() << "the last line has no CRLF";
      break;
    }
    lines.push_back(bytes.substr(begin, end - begin));
    EXPECT_EQ(lines.back().find_first_of("\r\n"), std::string::npos) << "a bare CR or LF: " << lines.back();
    EXPECT_LE(lines.back().size(), kLineBytesMax);
    EXPECT_FALSE(lines.back().starts_with('.')) << "could end the SMTP transaction: " << lines.back();
    begin = end + 2;
  }
  return lines;
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char byte : text.substr(0, text.find('='))) {
    const std::size_t digit = kAlphabet.find(byte);
    EXPECT_NE(digit, std::string_view::npos) << "no base64: " << text;
    bits = (bits << 6U) | static_cast<unsigned>(digit);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(have)) & 0xFFU);
    }
  }
  return out;
}

std::string decode_words(std::string text) {
  constexpr std::string_view kBegin = "=?UTF-8?B?";
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const std::size_t begin = text.find(kBegin);
    const std::size_t end = begin == std::string::npos ? begin : text.find("?=", begin + kBegin.size());
    if (end == std::string::npos) {
      return out + text;
    }
    const std::string before = text.substr(0, begin);
    out += after_word && before == " " ? "" : before;
    EXPECT_LE(end + 2 - begin, 75U) << "an encoded word is too long";
    out += decode_base64(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
    text = text.substr(end + 2);
    after_word = true;
  }
  return out;
}

std::string decode_quoted_printable(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 76U) << line;
    const bool soft = line.ends_with('=');
    const std::string text = soft ? line.substr(0, line.size() - 1) : line;
    for (std::size_t at = 0; at < text.size(); ++at) {
      EXPECT_TRUE(text[at] >= 0x20 && text[at] < 0x7F) << "not ASCII: " << text;
      if (text[at] == '=' && at + 2 < text.size()) {
        out += static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16));
        at += 2;
      } else {
        out += text[at];
      }
    }
    out += soft ? "" : "\n";
  }
  return out;
}

using Lines = std::vector<std::string>;

/// Takes header lines up to the empty one off `lines`.
std::vector<std::pair<std::string, std::string>> take_headers(Lines& lines) {
  std::vector<std::pair<std::string, std::string>> headers;
  const auto empty = std::ranges::find(lines, "");
  for (const std::string& line : Lines(lines.begin(), empty)) {
    if (line.starts_with(' ')) {
      headers.back().second += line;
      continue;
    }
    const std::size_t colon = line.find(": ") == std::string::npos ? line.find(':') : line.find(": ");
    EXPECT_NE(colon, std::string::npos) << "no header: " << line;
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(line.size(), colon + 2)));
    EXPECT_TRUE(std::ranges::all_of(line, [](char byte) { return byte >= 0x20 && byte < 0x7F; })) << line;
  }
  lines.erase(lines.begin(), empty == lines.end() ? empty : empty + 1);
  for (auto& [name, value] : headers) {
    value = decode_words(value.starts_with(' ') ? value.substr(1) : value);
  }
  return headers;
}

/// The lines between the first and the second of these, without them.
Lines part_between(const Lines& lines, const std::string& begin, const std::string& end, std::size_t nth) {
  auto at = lines.begin();
  for (std::size_t i = 0; i <= nth; ++i) {
    at = std::find(at, lines.end(), begin);
    EXPECT_NE(at, lines.end()) << "the part is missing";
    at += at == lines.end() ? 0 : 1;
  }
  return {at, std::find(at, lines.end(), end)};
}

std::string part_text(Lines part, std::string_view type) {
  const auto headers = take_headers(part);
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers.at(0).second, std::string(type) + "; charset=UTF-8");
  EXPECT_EQ(headers.at(1).second, "quoted-printable");
  return decode_quoted_printable(part);
}

}  // namespace

std::size_t ParsedMail::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(headers, name, &std::pair<std::string, std::string>::first));
}

std::string ParsedMail::header(std::string_view name) const {
  EXPECT_EQ(count(name), 1U) << name;
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string() : found->second;
}

ParsedMail parse_mail(const std::string& bytes) {
  ParsedMail mail;
  Lines lines = crlf_lines(bytes);
  mail.headers = take_headers(lines);
  const std::string type = mail.header("Content-Type");
  constexpr std::string_view kType = "multipart/alternative; boundary=\"";
  EXPECT_TRUE(type.starts_with(kType)) << type;
  const std::string separator = "--" + type.substr(kType.size(), type.size() - kType.size() - 1);
  EXPECT_EQ(std::ranges::count(lines, separator), 2);
  EXPECT_EQ(std::ranges::count(lines, separator + "--"), 1);
  EXPECT_EQ(lines.back(), separator + "--");
  mail.plain = part_text(part_between(lines, separator, separator, 0), "text/plain");
  mail.html = part_text(part_between(lines, separator, separator + "--", 1), "text/html");
  return mail;
}

}  // namespace tocsin
