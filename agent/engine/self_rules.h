// tocsin's own incidents, as rules like any other, so that timers, dedup windows, routes and the outbox serve them too:
//   TocsinBlind        (SEV2) no Prometheus answers; one for all rules
//   TocsinRuleFailing  (SEV3) one rule fails while Prometheus answers others
// Their answers are not polled but made of what the engine sees.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "agent/config/config.h"
#include "agent/poll/answer.h"

namespace tocsin {

inline constexpr std::string_view kBlindRule = "TocsinBlind";
inline constexpr std::string_view kRuleFailingRule = "TocsinRuleFailing";

bool is_self_rule(std::string_view name);

std::shared_ptr<const Rule> blind_rule(const PrometheusConfig& prometheus);
std::shared_ptr<const Rule> rule_failing_rule(const PrometheusConfig& prometheus);

/// One series while Prometheus has not answered, none otherwise.
Answer blind_answer(bool unanswered);
/// One series for each rule that fails on its own.
Answer rule_failing_answer(const std::set<std::string>& failing);

}  // namespace tocsin
