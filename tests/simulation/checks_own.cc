// What must hold of tocsin's own incidents.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "agent/engine/self_rules.h"
#include "tests/simulation/checks.h"

namespace tocsin::sim {
namespace {

/// A tick, its time-out and the next tick that fails, with room to spare.
constexpr Duration kNoticed = 2min;

/// What lets nothing be seen, or nothing be written.
constexpr std::array kStalls = {FaultKind::prometheus_refuses, FaultKind::prometheus_hangs,
                                FaultKind::prometheus_errors, FaultKind::prometheus_nonsense, FaultKind::store_fails};

std::vector<Episode> blind(const Ended& ended) {
  std::vector<Episode> episodes;
  for (const IncidentRecord& record : ended.book) {
    if (record.incident.rule == kBlindRule) add_episodes(record, episodes);
  }
  return episodes;
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
  const std::vector<Episode> episodes = blind(ended);
  for (std::size_t index = 1; index < ended.answers.size(); ++index) {
    const Timestamp from = ended.answers[index - 1], to = ended.answers[index];
    if (to - from < ended.config.prometheus.unreachable_after + kNoticed) continue;
    if (std::ranges::any_of(episodes, [&](const Episode& one) { return one.from <= to && from <= one.to; })) continue;
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

/// While it sees nothing or cannot write, it must fall silent: what stumbles for less than an interval is no stall.
void check_silence(const Ended& ended, Violations& violations) {
  const Duration stall = 2 * ended.config.heartbeat->interval + kNoticed;
  for (const Fault& fault : ended.plan.faults) {
    if (std::ranges::find(kStalls, fault.kind) == kStalls.end()) continue;
    const auto ping = std::ranges::lower_bound(ended.pings, fault.at + stall);
    if (ping == ended.pings.end() || *ping >= fault.at + fault.length) continue;
    violations.push_back(fmt::format("the heartbeat came {} after {} had begun", format_duration(*ping - fault.at),
                                     fault_text(fault.kind)));
  }
}

/// Nor may it vouch for words that wait for a receiver that takes none.
void check_silence_of_stalled(const Ended& ended, Violations& violations) {
  for (const Stall& stall : ended.stalls) {
    for (const IncidentRecord& record : ended.book) {
      for (const Delivery& delivery : record.deliveries) {
        if (delivery.notifier != stall.notifier) continue;
        const Timestamp from = std::max(stall.from, ended.ledger.waits_since(delivery));
        const Timestamp until =
            std::min(stall.until, delivery.waiting() ? ended.real_end : ended.ledger.waits_until(delivery));
        const auto ping = std::ranges::lower_bound(ended.pings, from + ended.config.heartbeat->interval + kNoticed);
        if (ping == ended.pings.end() || *ping >= until) continue;
        violations.push_back(fmt::format("the heartbeat came at {}, when {} of {} had waited for {} since {}",
                                         format_rfc3339(*ping), kind_text(delivery.kind),
                                         incident_name(delivery.incident), stall.notifier, format_rfc3339(from)));
        break;
      }
    }
  }
}

/// Since when each notifier that has lost a word has taken another one; nullopt: one of them never did.
std::optional<Timestamp> trusted_since(const Ended& ended) {
  std::map<std::string, Timestamp> lost;
  std::map<std::string, Timestamp> taken;
  const auto each = [&](DeliveryState state, auto&& act) {
    for (const IncidentRecord& record : ended.book) {
      for (const Delivery& one : record.deliveries) {
        if (one.state == state) act(one.notifier, ended.ledger.waits_until(one));
      }
    }
  };
  each(DeliveryState::failed, [&](const std::string& of, Timestamp at) { lost[of] = std::max(lost[of], at); });
  each(DeliveryState::delivered, [&](const std::string& of, Timestamp at) {
    if (!lost.contains(of) || at < lost[of]) return;
    taken[of] = taken.contains(of) ? std::min(taken[of], at) : at;
  });
  if (taken.size() < lost.size()) return std::nullopt;
  Timestamp since;
  for (const auto& [of, at] : taken) since = std::max(since, at);
  return since;
}

/// And only then.
void check_heartbeat(const Ended& ended, Violations& violations) {
  if (!ended.config.heartbeat) return;
  check_silence(ended, violations);
  check_silence_of_stalled(ended, violations);
  const std::optional<Timestamp> trusted = trusted_since(ended);
  if (!trusted) return;
  const Duration longest = ended.config.heartbeat->interval + 10s;
  Timestamp last = std::max(ended.calm, *trusted) + ended.config.heartbeat->interval;
  for (const Timestamp ping : ended.pings) {
    if (ping <= last) continue;
    if (ping - last > longest) break;
    last = ping;
  }
  if (ended.real_end - last <= longest) return;
  violations.push_back(fmt::format("no heartbeat after {} of the calm", format_duration(last - ended.calm)));
}

}  // namespace

void check_own(const Ended& ended, Violations& violations) {
  check_seeing_again(ended, violations);
  check_heartbeat(ended, violations);
  if (ended.clock_was_set()) return;
  check_blind_for_a_reason(ended, violations);
  if (!ended.was_away) check_blindness_is_noticed(ended, violations);
}

}  // namespace tocsin::sim
