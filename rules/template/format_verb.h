// One value under one verb of printf: "%6.2f" with 1.5. Source: Go package fmt.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/template/value.h"

namespace tocsin::templates {

struct FormatFlags {
  bool plus = false;
  bool minus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  bool go_syntax = false;  // %#v
  std::optional<int> width;
  std::optional<int> precision;
};

/// Go's %b and %x of floats are not known here. A verb that does not suit the value's type shows as
/// "%!d(string=text)".
std::string format_verb(const Value& value, char32_t verb, const FormatFlags& flags);

/// Padded to the width in code points.
std::string pad(std::string_view text, const FormatFlags& flags);

}  // namespace tocsin::templates
