// Floating-point numbers in the formats of Go's strconv.FormatFloat. Inf and NaN are "+Inf", "-Inf", "NaN".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::templates {

/// Verbs e E f F with a precision; g G also without: the fewest digits that read back as the same double, and an
/// exponent where it is below -4 or above 5.
std::string format_float(double value, char verb, std::optional<int> precision);

/// strconv.ParseFloat: decimal and hexadecimal numbers without underscores, "Inf", "infinity" and "NaN" in any
/// case with a sign. nullopt: no number, or out of range.
std::optional<double> parse_float(std::string_view text);

}  // namespace tocsin::templates
