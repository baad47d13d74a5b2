#include "agent/config/toml_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "agent/config/toml.h"

namespace tocsin {
namespace {

constexpr std::size_t kPieceBytesMin = 64UL << 10;

/// Where the next line begins that starts with `header`; the text's end where there is none.
std::size_t next_header(std::string_view text, std::string_view header, std::size_t from) {
  for (std::size_t at = text.find(header, from); at != std::string_view::npos; at = text.find(header, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return at;
  }
  return text.size();
}

/// What stands before the first header, then as many elements as fill a piece, again and again.
std::vector<TomlPiece> cut(std::string_view text, std::string_view array) {
  const std::string header = fmt::format("[[{}]]", array);
  std::vector<TomlPiece> pieces = {{text.substr(0, next_header(text, header, 0))}};
  for (std::size_t begin = pieces.front().text.size(); begin < text.size(); begin += pieces.back().text.size()) {
    const TomlPiece& last = pieces.back();
    const int line = last.first_line + static_cast<int>(std::ranges::count(last.text, '\n'));
    const std::size_t end = next_header(text, header, begin + kPieceBytesMin);
    pieces.push_back({text.substr(begin, end - begin), line});
  }
  return pieces;
}

/// A cut through a string of several lines leaves a piece whose last string has no end: that is no TOML.
bool stands_alone(const TomlPiece& piece, std::string_view array, bool first) {
  try {
    const toml::table root = toml::parse(piece.text);
    return first ? !root.contains(array) : root.size() == 1 && root.contains(array);
  } catch (const toml::parse_error&) {
    return false;
  }
}

}  // namespace

std::vector<TomlPiece> toml_pieces(std::string_view text, std::string_view array) {
  if (text.size() <= kPieceBytesMin) return {{text}};
  std::vector<TomlPiece> pieces = cut(text, array);
  for (const TomlPiece& piece : pieces) {
    if (!stands_alone(piece, array, &piece == &pieces.front())) return {{text}};
  }
  return pieces;
}

}  // namespace tocsin
