#include "agent/api/incident_filter.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

#include "agent/api/reply.h"

namespace tocsin {
namespace {

constexpr std::size_t kLimitMax = 1000;
constexpr double kUnixSecondsMax = 253402300799;  // the last second of the year 9999

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_rule_name(std::string_view text) {
  const auto allowed = [](unsigned char byte, bool first) {
    const bool letter = std::isalpha(byte) != 0 || byte == '_';
    return letter || (!first && (std::isdigit(byte) != 0 || byte == ':' || byte == '-'));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!allowed(static_cast<unsigned char>(text[i]), i == 0)) return false;
  }
  return true;
}

Result<void> take_state(std::string_view text, IncidentFilter& filter) {
  filter.active_only = text == "active";
  if (filter.active_only) return {};
  filter.state = parse_state(text);
  if (filter.state) return {};
  return fail(fmt::format("state={}: give open, acknowledged, resolved or active", excerpt(text)));
}

Result<void> take_severity(std::string_view text, IncidentFilter& filter) {
  filter.severity = parse_severity(text);
  if (filter.severity) return {};
  return fail(fmt::format("severity={}: give SEV1, SEV2, SEV3 or SEV4", excerpt(text)));
}

Result<void> take_rule(std::string_view text, IncidentFilter& filter) {
  filter.rule = text;
  if (is_rule_name(text)) return {};
  return fail(fmt::format("rule={}: give the name of a rule", excerpt(text)));
}

Result<void> take_since(std::string_view text, IncidentFilter& filter) {
  const std::optional<double> seconds = parse_number<double>(text);
  if (seconds && *seconds >= 0 && *seconds <= kUnixSecondsMax) {
    filter.since = from_unix_ms(std::llround(*seconds * 1000));
    return {};
  }
  const Result<Timestamp> at = parse_rfc3339(text);
  if (!at) {
    return fail(fmt::format("since={}: give a time as 2026-11-21T10:00:00Z or in unix seconds", excerpt(text)));
  }
  filter.since = *at;
  return {};
}

Result<void> take_limit(std::string_view text, IncidentFilter& filter) {
  const std::optional<std::size_t> limit = parse_number<std::size_t>(text);
  if (!limit || *limit < 1 || *limit > kLimitMax) {
    return fail(fmt::format("limit={}: give 1 to {}", excerpt(text), kLimitMax));
  }
  filter.limit = *limit;
  return {};
}

Result<void> take_cursor(std::string_view text, IncidentFilter& filter) {
  filter.before = parse_incident_name(text);
  if (filter.before) return {};
  return fail(fmt::format("cursor={}: give the next_cursor of the page before", excerpt(text)));
}

struct Parameter {
  std::string_view name;
  Result<void> (*take)(std::string_view text, IncidentFilter& filter);
};

constexpr Parameter kParameters[] = {
    {"state", take_state}, {"severity", take_severity}, {"rule", take_rule},
    {"since", take_since}, {"limit", take_limit},       {"cursor", take_cursor},
};

}  // namespace

Result<IncidentFilter> parse_incident_filter(const Target& target) {
  IncidentFilter filter;
  for (const Parameter& parameter : kParameters) {
    const std::string_view text = target.parameter(parameter.name);
    if (text.empty()) continue;
    if (const Result<void> taken = parameter.take(text, filter); !taken) return std::unexpected(taken.error());
  }
  return filter;
}

}  // namespace tocsin
