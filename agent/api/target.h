// Target: what stands between the method and the version of a request line, taken apart and percent-decoded (RFC 3986).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace tocsin {

struct Target {
  std::vector<std::string> path;  // segments: "/api/v1/rules" is {"api", "v1", "rules"}, "/" is {""}
  std::vector<std::pair<std::string, std::string>> query;

  /// The first value of the parameter, "" where it is missing.
  std::string_view parameter(std::string_view name) const;
};

/// Segments are split before they are decoded, so "%2F" is never a separator. Errors: no leading slash, a "%" without
/// two hexadecimal digits, a decoded control character.
Result<Target> parse_target(std::string_view text);

}  // namespace tocsin
