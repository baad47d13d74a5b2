// tocsin's own incidents, as rules like any other, so that timers, dedup windows, routes and the outbox serve them too:
//   TocsinBlind             (SEV2) no Prometheus answers; one for all rules
//   TocsinRuleFailing       (SEV3) one rule fails while Prometheus answers others
//   TocsinTooManyIncidents  (SEV2) one rule breaches for more keys than its max_incidents allows
// Their answers are not polled but made of what the engine sees. Each names its runbook in the description: where the
// runbooks are served tocsin does not know, so that there is no link.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "agent/config/config.h"
#include "agent/poll/answer.h"

namespace tocsin {

inline constexpr std::string_view kBlindRule = "TocsinBlind";
inline constexpr std::string_view kRuleFailingRule = "TocsinRuleFailing";
inline constexpr std::string_view kTooManyIncidentsRule = "TocsinTooManyIncidents";

bool is_self_rule(std::string_view name);

std::shared_ptr<const Rule> blind_rule(const PrometheusConfig& prometheus);
std::shared_ptr<const Rule> rule_failing_rule(const PrometheusConfig& prometheus);
std::shared_ptr<const Rule> too_many_incidents_rule();

/// One series while Prometheus has not answered, none otherwise.
Answer blind_answer(bool unanswered);
/// One series for each rule that fails on its own.
Answer rule_failing_answer(const std::set<std::string>& failing);
/// One series for each rule without room, worth the number of keys that have no incident.
Answer too_many_incidents_answer(const std::map<std::string, std::size_t>& left_out);
/// The rule that such a series names.
std::string failing_rule(const Labels& series);
std::string limited_rule(const Labels& series);

}  // namespace tocsin
