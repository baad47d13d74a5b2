#include "notifiers/mime.h"

#include <fmt/format.h>

#include "agent/base/hash.h"

namespace tocsin {
namespace {

constexpr std::size_t kLineMax = 76;

std::string encoded(char byte, bool at_line_start, bool at_line_end) {
  const bool printable = byte > 0x20 && byte < 0x7F && byte != '=';
  const bool inner_blank = (byte == ' ' || byte == '\t') && !at_line_end;
  if ((printable || inner_blank) && !(byte == '.' && at_line_start)) {
    return {byte};
  }
  return fmt::format("={:02X}", static_cast<unsigned char>(byte));
}

std::string part(std::string_view type, std::string_view text) {
  return fmt::format("Content-Type: {}; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
                     type, quoted_printable(text));
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      out += "\r\n";
      used = 0;
      continue;
    }
    const bool at_line_end = at + 1 == text.size() || text[at + 1] == '\n';
    std::string piece = encoded(text[at], used == 0, at_line_end);
    if (used + piece.size() >= kLineMax) {  // one column is the soft line break's
      out += "=\r\n";
      used = 0;
      piece = encoded(text[at], true, at_line_end);
    }
    out += piece;
    used += piece.size();
  }
  return out;
}

std::string multipart_alternative(std::string_view plain, std::string_view html, std::string_view seed) {
  const std::string boundary = fmt::format("=_tocsin_{:016x}", fnv1a(seed));
  return fmt::format("Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n{2}--{0}--\r\n",
                     boundary, part("text/plain", plain), part("text/html", html));
}

}  // namespace tocsin
