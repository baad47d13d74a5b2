// SEV1 (worst) to SEV4. Aliases: critical/high/medium/low and P0..P3.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin {

enum class Severity : uint8_t { sev1 = 1, sev2, sev3, sev4 };

/// Case matters not; nullopt where the text is none of the names.
std::optional<Severity> parse_severity(std::string_view text);
std::string_view severity_text(Severity severity);  // "SEV1"

constexpr bool worse(Severity a, Severity b) {
  return a < b;
}

}  // namespace tocsin
