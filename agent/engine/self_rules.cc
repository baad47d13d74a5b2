#include "agent/engine/self_rules.h"

#include "agent/base/assert.h"

namespace tocsin {
namespace {

Template text(std::string_view source) {
  auto parsed = Template::parse(source);
  TOCSIN_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

constexpr std::string_view kFailingRuleLabel = "failing_rule";
constexpr std::string_view kLimitedRuleLabel = "limited_rule";

/// Every series of the answer breaches, and its absence is the evidence of recovery.
Rule self_rule(std::string_view name, Severity severity, Duration for_duration) {
  Rule rule;
  rule.name = name;
  rule.grades = {{.severity = severity, .threshold = std::nullopt}};
  rule.for_duration = for_duration;
  rule.missing = Duration{0};
  return rule;
}

}  // namespace

bool is_self_rule(std::string_view name) {
  return name == kBlindRule || name == kRuleFailingRule || name == kTooManyIncidentsRule;
}

std::shared_ptr<const Rule> blind_rule(const PrometheusConfig& prometheus) {
  Rule rule = self_rule(kBlindRule, Severity::sev2, prometheus.unreachable_after);
  rule.annotations = {
      {"summary", text("tocsin is blind: Prometheus does not answer")},
      {"description",
       text("No query has been answered for " + format_duration(prometheus.unreachable_after) +
            ". Open incidents keep their state; nothing opens or resolves until Prometheus answers again. "
            "The last error is in /api/v1/status. The runbook is docs/runbooks/tocsin-blind.md.")}};
  return std::make_shared<const Rule>(std::move(rule));
}

std::shared_ptr<const Rule> rule_failing_rule(const PrometheusConfig& prometheus) {
  Rule rule = self_rule(kRuleFailingRule, Severity::sev3, prometheus.unreachable_after);
  rule.annotations = {
      {"summary", text("rule {{ $labels.failing_rule }} cannot be evaluated")},
      {"description",
       text("Prometheus answers other queries but not that of {{ $labels.failing_rule }}. Its incidents keep "
            "their state. The last error is in /api/v1/rules. The runbook is docs/runbooks/tocsin-rule-failing.md.")}};
  return std::make_shared<const Rule>(std::move(rule));
}

std::shared_ptr<const Rule> too_many_incidents_rule() {
  Rule rule = self_rule(kTooManyIncidentsRule, Severity::sev2, Duration{0});
  rule.annotations = {
      {"summary",
       text("rule {{ $labels.limited_rule }} has max_incidents active incidents, {{ $value }} are left out")},
      {"description",
       text("So many more keys of {{ $labels.limited_rule }} breach than its max_incidents allows incidents. Nobody is "
            "told of them one by one. They open as others resolve. Fold series with incident_by. The runbook is "
            "docs/runbooks/tocsin-too-many-incidents.md.")}};
  return std::make_shared<const Rule>(std::move(rule));
}

Answer blind_answer(bool unanswered) {
  Answer answer;
  if (unanswered) answer.samples.push_back({Labels{}, 1});
  return answer;
}

Answer rule_failing_answer(const std::set<std::string>& failing) {
  Answer answer;
  for (const std::string& rule : failing) answer.samples.push_back({Labels{{std::string(kFailingRuleLabel), rule}}, 1});
  return answer;
}

Answer too_many_incidents_answer(const std::map<std::string, std::size_t>& left_out) {
  Answer answer;
  for (const auto& [rule, count] : left_out) {
    answer.samples.push_back({Labels{{std::string(kLimitedRuleLabel), rule}}, static_cast<double>(count)});
  }
  return answer;
}

std::string failing_rule(const Labels& series) {
  return std::string(series.get(kFailingRuleLabel));
}

std::string limited_rule(const Labels& series) {
  return std::string(series.get(kLimitedRuleLabel));
}

}  // namespace tocsin
