// UTF-8 text for the outside: made valid, freed of control characters, cut by code points. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/text.h"

namespace tocsin {

std::size_t code_points(std::string_view text);

/// Valid UTF-8 on one line: control characters become spaces; no blanks at either end.
std::string clean_line(std::string_view text);
/// As clean_line(), but line feeds stay.
std::string clean_lines(std::string_view text);

/// At most `code_points_max` code points; what is cut ends in "…".
std::string truncate(std::string_view text, std::size_t code_points_max);

/// clean_line() and truncate().
std::string short_line(std::string_view text, std::size_t code_points_max);

/// At most `bytes_max` bytes, without an ellipsis; never cut inside a code point.
std::string_view truncate_bytes(std::string_view text, std::size_t bytes_max);

/// Every code point as `escape` (string_view to something a string can append) writes it, in at most
/// `code_points_max` code points; never cut inside an escape.
template <class Escape>
std::string escape_within(std::string_view text, std::size_t code_points_max, Escape escape) {
  std::string out;
  std::size_t count = 0;
  std::size_t cut = 0;  // where to cut so that an ellipsis still fits
  while (!text.empty()) {
    const auto piece = escape(take_code_point(text));
    count += code_points(piece);
    if (count > code_points_max) {
      return code_points_max == 0 ? std::string() : out.substr(0, cut) + "…";
    }
    out += piece;
    if (count < code_points_max) {
      cut = out.size();
    }
  }
  return out;
}

}  // namespace tocsin
