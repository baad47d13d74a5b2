// The deterministic simulation of the production engine.
//   simulation --seeds 200 --first 1     runs seeds 1 to 200
//   simulation --seed 17                 replays one, with its faults
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "agent/base/log.h"
#include "tests/simulation/run.h"

namespace {

using namespace tocsin;

void report(const sim::Plan& plan, const std::vector<std::string>& violations) {
  fmt::print("{}", sim::plan_text(plan, sim::start_time()));
  for (const std::string& violation : violations) fmt::print("  VIOLATION {}\n", violation);
}

template <class Map>
void print_counts(const char* title, const Map& counts, auto&& name) {
  fmt::print("{}:\n", title);
  for (const auto& [key, count] : counts) fmt::print("  {:28} {:>10}\n", name(key), count);
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = 1, count = 100, one = 0;
  double hours = 6;
  CLI::App parser{"Deterministic simulation of the engine"};
  parser.add_option("--seeds", count, "how many seeds");
  parser.add_option("--first", first, "the first of them");
  parser.add_option("--seed", one, "replay this one only");
  parser.add_option("--hours", hours, "virtual hours with faults");
  CLI11_PARSE(parser, argc, argv);
  log::configure(one > 0 ? log::Level::info : log::Level::off, log::Format::logfmt);
  if (one > 0) first = one, count = 1;

  const auto length = Duration{static_cast<int64_t>(hours * 3'600'000)};
  const auto began = std::chrono::steady_clock::now();
  std::map<sim::FaultKind, uint64_t> injected;
  std::map<std::string, uint64_t> sometimes;
  uint64_t failed = 0;
  fmt::print("seeds {} to {}, {} virtual hours each\n", first, first + count - 1, hours);
  for (uint64_t seed = first; seed < first + count && failed < 3; ++seed) {
    const sim::Plan plan = sim::make_plan(seed, sim::start_time(), length);
    const sim::RunResult result = sim::run(plan);
    for (const auto& [kind, times] : result.injected) injected[kind] += times;
    for (const auto& [state, times] : result.sometimes) sometimes[state] += times;
    if (result.violations.empty()) continue;
    ++failed;
    report(plan, result.violations);
    const sim::Plan shortest = sim::shrink(plan);
    fmt::print("the shortest history that still fails:\n");
    report(shortest, sim::run(shortest).violations);
  }
  print_counts("faults injected", injected, [](sim::FaultKind kind) { return sim::fault_text(kind); });
  print_counts("states met", sometimes, [](const std::string& state) { return state; });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{:.0f} virtual hours in {:.1f} s\n{} passed, {} failed\n", hours * static_cast<double>(count),
             took.count(), count - failed, failed);
  return failed == 0 ? 0 : 1;
}
