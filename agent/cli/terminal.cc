#include "agent/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kEllipsis = "\u2026";

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): commands are single-threaded.
  return value == nullptr ? std::string_view() : std::string_view(value);
}

struct Glyph {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

/// REQUIRES: text is valid UTF-8 and `at` a boundary of it.
Glyph glyph_at(std::string_view text, std::size_t at) {
  wchar_t wide = 0;
  std::mbstate_t state{};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the state is local, and commands are single-threaded.
  const std::size_t bytes = std::mbrtowc(&wide, text.data() + at, text.size() - at, &state);
  if (bytes == 0 || bytes > text.size() - at) return {};
  const int columns = wcwidth(wide);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

constexpr std::string_view escape_of(Color color) {
  switch (color) {
    case Color::red:
      return "\x1b[31m";
    case Color::yellow:
      return "\x1b[33m";
    case Color::green:
      return "\x1b[32m";
    case Color::dim:
      return "\x1b[2m";
    case Color::none:
      break;
  }
  return "";
}

}  // namespace

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  std::size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  return width;
}

bool terminal_takes_colors() {
  return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

std::string colored(std::string_view text, Color color, bool on) {
  if (!on || color == Color::none) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape_of(color), text);
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view code_point = take_code_point(text);
    out += is_control(code_point) ? " " : code_point;
  }
  return out;
}

std::string printable_json(const nlohmann::json& json) {
  return json.dump(2, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Glyph glyph = glyph_at(text, at);
    columns += glyph.columns;
    at += glyph.bytes;
  }
  return columns;
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t columns = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const Glyph glyph = glyph_at(text, at);
    if (columns + glyph.columns > width - 1) break;
    columns += glyph.columns;
    at += glyph.bytes;
  }
  return std::string(text.substr(0, at)).append(kEllipsis);
}

}  // namespace tocsin
