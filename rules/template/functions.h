// The functions of templates: Go's builtins and Prometheus's own, one table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/template/regex.h"
#include "rules/template/template.h"
#include "rules/template/value.h"

namespace tocsin::templates {

struct FunctionCall {
  std::span<const Value> arguments;  // number and types as the function's parameters say
  const TemplateData& data;
  const re2::RE2* pattern = nullptr;  // the first argument, compiled, where it was a literal and is a pattern
};

struct Function {
  std::string_view name;
  /// One letter for each parameter: r a string that is a regular expression, s a string, a any value; `*` at the end:
  /// the last one as often as wanted, also never.
  std::string_view parameters;
  /// Null for `and` and `or`: who evaluates stops at the first argument that decides.
  Outcome (*apply)(const FunctionCall&) = nullptr;

  std::size_t arguments_min() const { return parameters.size() - (variadic() ? 2 : 0); }
  bool variadic() const { return parameters.ends_with('*'); }
  bool takes(std::size_t count) const { return count == arguments_min() || (variadic() && count > arguments_min()); }
  char parameter(std::size_t position) const;  // REQUIRES: the function takes that many
};

/// Null where there is none.
const Function* find_function(std::string_view name);

/// Why a function or keyword that Prometheus has is not supported here, and what to do instead; "" for all others.
std::string_view why_unsupported(std::string_view name);

/// The function that was probably meant, or nullopt where none is close.
std::optional<std::string> nearest_function(std::string_view name);

}  // namespace tocsin::templates
