// Value: what an expression of a template yields, with the semantics of the Go type that it has in Prometheus.
//   std::monostate  nil          bool  bool       int64_t        int
//   double          float64      std::string  string     const Labels*  map[string]string (borrowed from TemplateData)
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "agent/base/labels.h"

namespace tocsin::templates {

using Value = std::variant<std::monostate, bool, int64_t, double, std::string, const Labels*>;

/// A value, or what is wrong in words; the place is added by who evaluates.
using Outcome = std::expected<Value, std::string>;

/// Go's name of the type, as its error texts have it: "float64", "map[string]string".
std::string_view type_name(const Value& value);

/// Go's truth of `if`: false, 0, "", an empty map and nil are false. NaN is true.
bool truth(const Value& value);

/// As fmt's %v prints it.
std::string to_text(const Value& value);

/// For the numeric functions: numbers, and strings that strconv.ParseFloat takes.
std::expected<double, std::string> to_float(const Value& value);

}  // namespace tocsin::templates
