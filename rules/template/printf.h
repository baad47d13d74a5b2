// Go's fmt: printf with its verbs, flags, width, precision and argument indexes, and its in-place complaints
// ("%!d(float64=1.5)", "%!s(MISSING)", "%!(EXTRA int=1)"). Source: Go package fmt.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rules/template/value.h"

namespace tocsin::templates {

/// Output longer than the limit of a template's text is cut; who called reports it.
std::string sprintf(std::string_view format, std::span<const Value> arguments);
/// A space stands between two operands where neither is a string.
std::string sprint(std::span<const Value> arguments);
/// A space stands between all operands, and a line break ends them.
std::string sprintln(std::span<const Value> arguments);

}  // namespace tocsin::templates
