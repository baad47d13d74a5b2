// Go's text/template comparisons and what it does to look into values. Ints and floats do not compare with each other:
// `gt $value 5` is an error, `gt $value 5.0` is right. Source: Go text/template funcs.go.
#pragma once

#include <span>

#include "rules/template/value.h"

namespace tocsin::templates {

/// Whether the first equals any of the others. REQUIRES: at least one argument
Outcome equal(std::span<const Value> arguments);
Outcome less(const Value& a, const Value& b);
Outcome less_or_equal(const Value& a, const Value& b);

Outcome length(const Value& value);
/// `index map key` or `index string position`; the first argument is what is looked into.
Outcome index(std::span<const Value> arguments);
/// `slice string from to`, both ends optional.
Outcome slice(std::span<const Value> arguments);

}  // namespace tocsin::templates
