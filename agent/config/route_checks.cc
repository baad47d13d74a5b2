#include "agent/config/route_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "agent/base/nearest.h"
#include "agent/base/text.h"

namespace tocsin {
namespace {

constexpr std::array<Severity, 4> kSeverities = {Severity::sev1, Severity::sev2, Severity::sev3, Severity::sev4};

/// The value that each incident of this rule has for a label, or nullopt where a series decides.
std::optional<std::string> known_value(const Rule& rule, Severity severity, std::string_view label) {
  if (label == "rule" || label == "alertname") return rule.name;
  if (label == "severity") return std::string(severity_text(severity));
  const auto found = std::ranges::find(*rule.labels, label, &Rule::NamedTemplates::value_type::first);
  if (found == rule.labels->end() || found->second.source().find("{{") != std::string::npos) return std::nullopt;
  // An empty value removes the label, and then one of the configuration's labels may take its place.
  if (found->second.source().empty()) return std::nullopt;
  return found->second.source();
}

bool may_match(const Matcher& matcher, const Rule& rule, Severity severity) {
  const auto value = known_value(rule, severity, matcher.name());
  return !value || matcher.matches(Labels{{matcher.name(), *value}});
}

bool may_match(const Route& route, const Rule& rule, Severity severity) {
  return std::ranges::all_of(route.matchers,
                             [&](const Matcher& matcher) { return may_match(matcher, rule, severity); });
}

bool selects(const Matcher& matcher) {
  return matcher.kind() == MatchKind::equal || matcher.kind() == MatchKind::regex;
}

bool matches_value(const Matcher& matcher, std::string_view value) {
  return matcher.matches(Labels{{matcher.name(), std::string(value)}});
}

void check_severity_matcher(const Matcher& matcher, const Place& place, FaultList& faults) {
  const bool any =
      std::ranges::any_of(kSeverities, [&](Severity s) { return matches_value(matcher, severity_text(s)); });
  if (any) return;
  const auto meant = parse_severity(matcher.value());
  const std::string remedy =
      meant ? fmt::format("write severity=\"{}\"", severity_text(*meant)) : "severities are SEV1, SEV2, SEV3 and SEV4";
  faults.add(place, fmt::format("`match`: {} matches no severity and makes this route unreachable; {}", matcher.text(),
                                remedy));
}

void check_rule_matcher(const Matcher& matcher, const Place& place, const RuleSet& rules, FaultList& faults) {
  std::vector<std::string> names(kOwnIncidents.begin(), kOwnIncidents.end());
  for (const auto& [name, first] : rules.names) names.push_back(name);
  if (std::ranges::any_of(names, [&](const std::string& name) { return matches_value(matcher, name); })) return;
  const auto meant = nearest(matcher.value(), names);
  faults.add(place, fmt::format("`match`: {} matches no rule and makes this route unreachable; {}", matcher.text(),
                                meant ? fmt::format("did you mean `{}`?", *meant) : "write the name of a rule"));
}

/// Whether whatever matches `later` matches `earlier` too: each matcher of `earlier` stands in `later` as well.
bool takes_all_of(const Route& earlier, const Route& later) {
  return std::ranges::all_of(earlier.matchers, [&](const Matcher& matcher) {
    return std::ranges::find(later.matchers, matcher) != later.matchers.end();
  });
}

void check_shadowed(const std::vector<LocatedRoute>& routes, std::size_t index, FaultList& faults) {
  for (std::size_t i = 0; i < index; ++i) {
    const LocatedRoute& earlier = routes[i];
    const bool comparable = earlier.readable && routes[index].readable && !earlier.route.continues;
    if (!comparable || !takes_all_of(earlier.route, routes[index].route)) continue;
    faults.add(routes[index].place,
               fmt::format(
                   "this route is unreachable: the one in line {} takes every incident first; move this one before it, "
                   "or set `continue = true` there",
                   earlier.place.line));
    return;
  }
}

/// Severities of the rule at which an incident of it surely matches no route.
std::vector<std::string_view> unrouted_severities(const std::vector<LocatedRoute>& routes, const Rule& rule) {
  std::vector<std::string_view> severities;
  for (const Grade& grade : rule.grades) {
    const bool routed = std::ranges::any_of(
        routes, [&](const LocatedRoute& route) { return may_match(route.route, rule, grade.severity); });
    if (!routed) severities.push_back(severity_text(grade.severity));
  }
  return severities;
}

/// Without any route one fault says it for all rules.
void fault_for_no_routes(const std::vector<const LocatedRule*>& unrouted, const std::string& config_file,
                         FaultList& faults) {
  const LocatedRule& first = *unrouted.front();
  const std::string others = unrouted.size() == 1 ? "" : fmt::format(" and {} more", unrouted.size() - 1);
  faults.add(
      {config_file, 1, 1},
      fmt::format("there is no [[route]], so that incidents of rules without `notify` would reach nobody: {}{}; add "
                  "a [[route]] with `notify`",
                  first.rule->name, others));
}

}  // namespace

bool is_routed(const std::vector<LocatedRoute>& routes, const Rule& rule) {
  return unrouted_severities(routes, rule).empty();
}

void check_unreachable_routes(const std::vector<LocatedRoute>& routes, const RuleSet& rules, FaultList& faults) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    check_shadowed(routes, i, faults);
    const std::vector<Matcher>& matchers = routes[i].route.matchers;
    for (std::size_t m = 0; m < matchers.size(); ++m) {
      const Place& place = routes[i].matcher_places[m];
      if (!selects(matchers[m])) continue;
      if (matchers[m].name() == "severity") check_severity_matcher(matchers[m], place, faults);
      const bool names_rule = matchers[m].name() == "rule" || matchers[m].name() == "alertname";
      if (names_rule && rules.complete) check_rule_matcher(matchers[m], place, rules, faults);
    }
  }
}

void check_unrouted_rules(const std::vector<LocatedRoute>& routes, const RuleSet& rules, bool has_notifiers,
                          const std::string& config_file, FaultList& faults) {
  if (!has_notifiers) return;
  std::vector<const LocatedRule*> unrouted;
  for (const LocatedRule& rule : rules.rules) {
    if (!rule.rule->notify->empty()) continue;
    const auto severities = unrouted_severities(routes, *rule.rule);
    if (severities.empty()) continue;
    unrouted.push_back(&rule);
    if (routes.empty()) continue;
    faults.add(rule.place, fmt::format("incidents of {} with severity {} match no route and would reach nobody; add a "
                                       "[[route]] that matches them, or `notify` to the rule",
                                       rule.rule->name, fmt::join(severities, ", ")));
  }
  if (routes.empty() && !unrouted.empty()) fault_for_no_routes(unrouted, config_file, faults);
}

}  // namespace tocsin
