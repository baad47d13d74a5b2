// What must hold of tocsin's own incidents.
#include <fmt/format.h>

#include <algorithm>

#include "agent/engine/self_rules.h"
#include "tests/simulation/checks.h"

namespace tocsin::sim {
namespace {

/// A tick, its time-out and the next tick that fails, with room to spare.
constexpr Duration kNoticed = 2min;

using Stretches = std::vector<std::pair<Timestamp, Timestamp>>;

Stretches blind(const Ended& ended) {
  Stretches stretches;
  for (const IncidentRecord& record : ended.book) {
    if (record.incident.rule != kBlindRule) continue;
    for (const TimelineEntry& entry : record.timeline) {
      if (entry.type == "opened" || entry.type == "reopened") stretches.emplace_back(entry.at, ended.end);
      if (entry.type == "resolved" && !stretches.empty()) stretches.back().second = entry.at;
    }
  }
  return stretches;
}

/// Blind is who has had no answer for a while.
void check_blind_for_a_reason(const Ended& ended, Violations& violations) {
  const Duration for_long = ended.config.prometheus.unreachable_after * 95 / 100;  // clocks drift
  for (const auto& [from, to] : blind(ended)) {
    const auto next = std::ranges::upper_bound(ended.answers, from - for_long);
    if (next == ended.answers.end() || *next >= from) continue;
    violations.push_back(fmt::format("{} opened at {}, and Prometheus answered at {}", kBlindRule, format_rfc3339(from),
                                     format_rfc3339(*next)));
  }
}

void check_blindness_is_noticed(const Ended& ended, Violations& violations) {
  const Stretches stretches = blind(ended);
  for (std::size_t index = 1; index < ended.answers.size(); ++index) {
    const Timestamp from = ended.answers[index - 1], to = ended.answers[index];
    if (to - from < ended.config.prometheus.unreachable_after + kNoticed) continue;
    if (std::ranges::any_of(stretches, [&](const auto& one) { return one.first <= to && from <= one.second; }))
      continue;
    violations.push_back(fmt::format("no {} from {} to {}, and no answer between them", kBlindRule,
                                     format_rfc3339(from), format_rfc3339(to)));
  }
}

/// In the calm all rules are answered again.
void check_seeing_again(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    const std::string& rule = record.incident.rule;
    if ((rule != kBlindRule && rule != kRuleFailingRule) || record.incident.resolved()) continue;
    violations.push_back(fmt::format("{} is still open", record.incident.dedup_key));
  }
}

}  // namespace

void check_own(const Ended& ended, Violations& violations) {
  check_seeing_again(ended, violations);
  if (ended.clock_was_set_back) return;
  check_blind_for_a_reason(ended, violations);
  if (!ended.was_away) check_blindness_is_noticed(ended, violations);
}

}  // namespace tocsin::sim
