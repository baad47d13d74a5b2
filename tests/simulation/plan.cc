#include "tests/simulation/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(FaultKind::kinds)> kTexts = {
    "prometheus_refuses", "prometheus_hangs", "prometheus_errors",     "prometheus_nonsense",
    "query_refused",      "joined_too_large", "prometheus_slow",       "prometheus_forgets",
    "receiver_refuses",   "receiver_errors",  "receiver_limits",       "receiver_loses_reply",
    "receiver_hangs",     "receiver_slow",    "receiver_late",         "receiver_rejects",
    "store_fails",        "store_slow",       "crash_before_commit",   "crash_after_commit",
    "crash_in_commit",    "crash_at_send",    "crash_at_notification", "crash_at_wait",
    "crash_at_load",      "crash_at_prune",   "agent_stops",           "machine_sleeps",
    "clock_set_back",     "clock_drifts",     "person_acknowledges",   "person_resolves",
    "person_notes",       "reload",           "clock_set_forward",     "crash_at_opening",
};

/// In how many of a hundred runs a kind occurs. Of what makes the story ambiguous there is little.
int percent(FaultKind kind) {
  switch (kind) {
    case FaultKind::clock_set_back:
    case FaultKind::clock_set_forward:
    case FaultKind::person_resolves:
      return 10;
    case FaultKind::prometheus_forgets:
    case FaultKind::receiver_rejects:
      return 20;
    default:
      return 40;
  }
}

/// Short ones are most, long ones are what hurts.
Duration draw_length(uint64_t seed, uint64_t index, FaultKind kind) {
  const bool is_long = chance(20, seed, "long fault", index);
  Duration longest = is_long ? Duration{40min} : Duration{3min};
  if (kind == FaultKind::machine_sleeps && is_long) longest = 70min;
  if (kind == FaultKind::clock_set_back || kind == FaultKind::clock_set_forward) longest = 3h;
  return Duration{static_cast<int64_t>(below(static_cast<uint64_t>(longest.count()), seed, "fault length", index))};
}

/// Anywhere; but a third of them meets the one before, as it begins or as it ends: what hurts comes together.
Timestamp draw_time(uint64_t seed, uint64_t index, Timestamp start, Duration length, const std::vector<Fault>& before) {
  if (before.empty() || !chance(35, seed, "meets", index)) {
    return start +
           Duration{static_cast<int64_t>(below(static_cast<uint64_t>(length.count()), seed, "fault at", index))};
  }
  const Fault& last = before.back();
  const Timestamp end = chance(50, seed, "meets its end", index) ? last.at + last.length : last.at;
  return std::min(end + Duration{static_cast<int64_t>(below(20'000, seed, "meets at", index))}, start + length);
}

/// In some worlds somebody is still at it once the rest is calm.
void add_calm_acknowledgements(Plan& plan, Timestamp start) {
  if (!chance(30, plan.seed, "acknowledges in the calm")) return;
  plan.faults.push_back({FaultKind::person_acknowledges, start + plan.length + 25min, 50min});
}

}  // namespace

std::string_view fault_text(FaultKind kind) {
  return kTexts.at(static_cast<std::size_t>(kind));
}

Plan make_plan(uint64_t seed, Timestamp start, Duration length) {
  Plan plan{.seed = seed, .length = length, .faults = {}};
  std::vector<FaultKind> kinds;
  for (std::size_t index = 0; index < kTexts.size(); ++index) {
    const auto kind = static_cast<FaultKind>(index);
    if (chance(percent(kind), seed, "kind on", index)) kinds.push_back(kind);
  }
  const uint64_t count = kinds.empty() ? 0 : below(40, seed, "fault count");
  for (uint64_t index = 0; index < count; ++index) {
    const FaultKind kind = kinds[below(kinds.size(), seed, "fault kind", index)];
    const bool at_creation = kind == FaultKind::crash_at_opening && chance(50, seed, "at creation", index);
    const Timestamp at = at_creation ? start : draw_time(seed, index, start, length, plan.faults);
    plan.faults.push_back({kind, at, draw_length(seed, index, kind)});
  }
  add_calm_acknowledgements(plan, start);
  std::ranges::sort(plan.faults, {}, &Fault::at);
  return plan;
}

std::string plan_text(const Plan& plan, Timestamp start) {
  std::string text =
      fmt::format("seed {} for {}, {} faults\n", plan.seed, format_duration(plan.length), plan.faults.size());
  for (const Fault& fault : plan.faults) {
    text += fmt::format("  at {:>12}  {:22} {}\n", format_duration(fault.at - start), fault_text(fault.kind),
                        format_duration(fault.length));
  }
  return text;
}

}  // namespace tocsin::sim
