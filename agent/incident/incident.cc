#include "agent/incident/incident.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tocsin {
namespace {

constexpr std::string_view kPrefix = "INC-";
constexpr std::array<std::string_view, 3> kStateTexts{"open", "acknowledged", "resolved"};

}  // namespace

std::string incident_name(IncidentId id) {
  return std::string(kPrefix) + std::to_string(id);
}

std::optional<IncidentId> parse_incident_name(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = text.substr(kPrefix.size());
  IncidentId id = 0;
  const std::errc error = std::from_chars(digits.data(), digits.data() + digits.size(), id).ec;
  if (error != std::errc() || id < 1) return std::nullopt;
  // One incident has one name: this leaves out signs, leading zeros and whatever follows the digits.
  if (incident_name(id) != text) return std::nullopt;
  return id;
}

std::string_view state_text(IncidentState state) {
  return kStateTexts.at(static_cast<std::size_t>(state));
}

std::optional<IncidentState> parse_state(std::string_view text) {
  const auto found = std::ranges::find(kStateTexts, text);
  if (found == kStateTexts.end()) return std::nullopt;
  return static_cast<IncidentState>(found - kStateTexts.begin());
}

}  // namespace tocsin
