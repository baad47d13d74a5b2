// The body of what a person does to an incident: {"by":"...","text":"..."}
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace tocsin {

struct ActionBody {
  std::string by = "api";
  std::string text;
};

/// An empty body is {}; unknown keys are ignored. Errors: no JSON object, no strings, invalid UTF-8, control characters
/// (in `text` lines and tabs are fine), too long.
Result<ActionBody> parse_action_body(std::string_view body);

}  // namespace tocsin
