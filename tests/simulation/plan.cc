#include "tests/simulation/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/chance.h"

namespace tocsin::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(FaultKind::kinds)> kTexts = {
    "prometheus_refuses", "prometheus_errors",   "prometheus_nonsense",  "receiver_refuses",
    "receiver_errors",    "receiver_limits",     "receiver_loses_reply", "receiver_hangs",
    "store_fails",        "crash_before_commit", "crash_after_commit"};

/// Short ones are most, long ones are what hurts.
Duration draw_length(uint64_t seed, uint64_t index) {
  const Duration longest = chance(20, seed, "long fault", index) ? Duration{40min} : Duration{3min};
  return Duration{static_cast<int64_t>(below(static_cast<uint64_t>(longest.count()), seed, "fault length", index))};
}

}  // namespace

std::string_view fault_text(FaultKind kind) {
  return kTexts.at(static_cast<std::size_t>(kind));
}

Plan make_plan(uint64_t seed, Timestamp start, Duration length) {
  Plan plan{.seed = seed, .length = length, .faults = {}};
  std::vector<FaultKind> kinds;
  for (std::size_t kind = 0; kind < kTexts.size(); ++kind) {
    if (chance(50, seed, "kind on", kind)) kinds.push_back(static_cast<FaultKind>(kind));
  }
  const uint64_t count = kinds.empty() ? 0 : below(40, seed, "fault count");
  for (uint64_t index = 0; index < count; ++index) {
    const auto offset = static_cast<int64_t>(below(static_cast<uint64_t>(length.count()), seed, "fault at", index));
    plan.faults.push_back(
        {kinds[below(kinds.size(), seed, "fault kind", index)], start + Duration{offset}, draw_length(seed, index)});
  }
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
