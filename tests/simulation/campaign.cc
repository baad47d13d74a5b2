#include "tests/simulation/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

namespace tocsin::sim {
namespace {

void report(const Plan& plan, const std::vector<std::string>& violations) {
  fmt::print("{}", plan_text(plan, start_time()));
  for (const std::string& violation : violations) fmt::print("  VIOLATION {}\n", violation);
}

}  // namespace

double Campaign::uncompared() const {
  return total_.rules == 0 ? 0 : static_cast<double>(total_.uncompared) / static_cast<double>(total_.rules);
}

bool Campaign::is_blind() const {
  constexpr uint64_t kSeedsMin = 200;
  constexpr double kUncomparedMax = 0.6;
  if (ran_ < kSeedsMin) return false;
  const auto never = [this](const std::string& state) { return !total_.sometimes.contains(state); };
  return uncompared() > kUncomparedMax ||
         std::ranges::any_of(std::array{kDiedAtOpening, kDiedWithinCommit, kPowerCuts, kWritesLost}, never);
}

void Campaign::run(unsigned threads) {
  std::vector<std::jthread> workers;
  workers.reserve(threads);
  for (unsigned index = 0; index < threads; ++index) workers.emplace_back([this] { work(); });
}

bool Campaign::goes_on(uint64_t seed) const {
  if (failed_ >= order_.failures_max || seed - order_.first >= order_.seeds) return false;
  const bool time_is_left = !order_.until || std::chrono::steady_clock::now() < *order_.until;
  return time_is_left || seed == order_.first;
}

void Campaign::work() {
  for (uint64_t seed = next_++; goes_on(seed); seed = next_++) {
    const Plan plan = make_plan(seed, start_time(), order_.length);
    add(plan, sim::run(plan));
  }
}

void Campaign::add(const Plan& plan, const RunResult& result) {
  const std::lock_guard lock(mutex_);
  ++ran_;
  for (const auto& [kind, times] : result.injected) total_.injected[kind] += times;
  for (const auto& [state, times] : result.sometimes) {
    if (times > 0) total_.sometimes[state] += times;
  }
  total_.rules += result.rules;
  total_.uncompared += result.uncompared;
  if (result.violations.empty() || failed_ >= order_.failures_max) return;
  ++failed_;
  report(plan, result.violations);
  fmt::print("replay: simulation --seed {} --hours {}\n", plan.seed,
             static_cast<double>(plan.length.count()) / 3'600'000);
  std::fflush(stdout);
  if (!order_.shrinks) return;
  const Plan shortest = shrink(plan);
  fmt::print("the shortest history that still fails:\n");
  report(shortest, sim::run(shortest).violations);
  std::fflush(stdout);
}

}  // namespace tocsin::sim
