// Number and character literals of templates, with the type that Go's ideal constants get: float64 where there is a
// point or an exponent, else int. Source: Go text/template/parse, newNumber.
#pragma once

#include <optional>
#include <string_view>

#include "rules/template/value.h"

namespace tocsin::templates {

/// "42", "0x1F", "0b1", "017", "1_000", "1.5", "1e3", "0x1p-2" with an optional sign. An error says what is wrong.
Outcome parse_number(std::string_view text);

/// 'x' with its quotes: the code point as an int. nullopt where it is not exactly one character.
std::optional<int64_t> parse_character(std::string_view text);

}  // namespace tocsin::templates
