#include "rules/severity.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

struct Name {
  std::string_view text;
  Severity severity;
};
constexpr std::array<Name, 12> kNames{{{"SEV1", Severity::sev1},
                                       {"SEV2", Severity::sev2},
                                       {"SEV3", Severity::sev3},
                                       {"SEV4", Severity::sev4},
                                       {"critical", Severity::sev1},
                                       {"high", Severity::sev2},
                                       {"medium", Severity::sev3},
                                       {"low", Severity::sev4},
                                       {"P0", Severity::sev1},
                                       {"P1", Severity::sev2},
                                       {"P2", Severity::sev3},
                                       {"P3", Severity::sev4}}};

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

}  // namespace

std::optional<Severity> parse_severity(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(kNames, [text](const Name& name) { return equal_but_for_case(name.text, text); });
  return found == kNames.end() ? std::nullopt : std::optional(found->severity);
}

std::string_view severity_text(Severity severity) {
  return kNames[static_cast<std::size_t>(severity) - 1].text;
}

}  // namespace tocsin
