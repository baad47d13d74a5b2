#include "agent/engine/self_rules.h"

#include "agent/base/assert.h"

namespace tocsin {
namespace {

Template text(std::string_view source) {
  auto parsed = Template::parse(source);
  TOCSIN_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

/// Every series of the answer breaches, and its absence is the evidence of recovery.
Rule self_rule(std::string_view name, Severity severity, const PrometheusConfig& prometheus) {
  Rule rule;
  rule.name = name;
  rule.grades = {{.severity = severity, .threshold = std::nullopt}};
  rule.for_duration = prometheus.unreachable_after;
  rule.missing = Duration{0};
  return rule;
}

}  // namespace

bool is_self_rule(std::string_view name) {
  return name == kBlindRule || name == kRuleFailingRule;
}

std::shared_ptr<const Rule> blind_rule(const PrometheusConfig& prometheus) {
  Rule rule = self_rule(kBlindRule, Severity::sev2, prometheus);
  rule.annotations = {
      {"summary", text("tocsin is blind: Prometheus does not answer")},
      {"description",
       text("No query has been answered for " + format_duration(prometheus.unreachable_after) +
            ". Open incidents keep their state; nothing opens or resolves until Prometheus answers again. "
            "The last error is in /api/v1/status.")}};
  return std::make_shared<const Rule>(std::move(rule));
}

std::shared_ptr<const Rule> rule_failing_rule(const PrometheusConfig& prometheus) {
  Rule rule = self_rule(kRuleFailingRule, Severity::sev3, prometheus);
  rule.annotations = {
      {"summary", text("rule {{ $labels.failing_rule }} cannot be evaluated")},
      {"description",
       text("Prometheus answers other queries but not that of {{ $labels.failing_rule }}. Its incidents keep "
            "their state. The last error is in /api/v1/rules.")}};
  return std::make_shared<const Rule>(std::move(rule));
}

Answer blind_answer(bool unanswered) {
  Answer answer;
  if (unanswered) answer.samples.push_back({Labels{}, 1});
  return answer;
}

Answer rule_failing_answer(const std::set<std::string>& failing) {
  Answer answer;
  for (const std::string& rule : failing) answer.samples.push_back({Labels{{"failing_rule", rule}}, 1});
  return answer;
}

}  // namespace tocsin
