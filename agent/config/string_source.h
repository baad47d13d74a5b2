// From a position inside a TOML string's value back to the place in the file, through quotes and escapes.
#pragma once

#include <string_view>

#include "agent/config/place.h"

namespace tocsin {

/// `literal` is the place of the string's opening quote, and `text` the file's from the beginning of that line on;
/// `line` and `column` (from 1) count in the string's value. Past the end of the value: the place of the closing quote.
Place place_in_string(std::string_view text, const Place& literal, int line, int column);

}  // namespace tocsin
