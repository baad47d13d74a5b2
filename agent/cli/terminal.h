// What stdout can show: its width, and whether colours are welcome.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tocsin {

/// Columns of the terminal behind stdout, else $COLUMNS; 0: no limit is known (a pipe, a file).
std::size_t terminal_width();

/// stdout is a terminal, and neither NO_COLOR (https://no-color.org) nor TERM=dumb stands against it.
bool terminal_takes_colors();

enum class Color { none, red, yellow, green, dim };

/// `text` in `color` where `on`.
std::string colored(std::string_view text, Color color, bool on);

/// `text` on one line, valid, and without control characters (see is_control() of agent/base/text.h), so that no label
/// can move the cursor, turn the direction of writing or fake a row.
std::string printable(std::string_view text);

/// Indented, and in ASCII for the same reason: what is not stands there as \u escapes.
std::string printable_json(const nlohmann::json& json);

/// Columns that `text` takes on a terminal.
std::size_t display_width(std::string_view text);

/// At most `width` columns of `text`, with a final ellipsis where something was cut.
std::string fit(std::string_view text, std::size_t width);

}  // namespace tocsin
