// The deterministic simulation of the production engine.
//   simulation                                  runs new seeds on all cores
//   simulation --seeds 200 --first 1            runs seeds 1 to 200
//   simulation --seeds 2000 --minutes 3         as many of them as there is time for
//   simulation --minutes 30                     new seeds for half an hour
//   simulation --seed 17                        replays one, with its faults
#include <fmt/format.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "agent/base/log.h"
#include "tests/simulation/campaign.h"

namespace {

using namespace tocsin;
using SteadyClock = std::chrono::steady_clock;

constexpr uint64_t kSeeds = 2000;

template <class Map>
void print_counts(const char* title, const Map& counts, auto&& name) {
  fmt::print("{}:\n", title);
  for (const auto& [key, count] : counts) fmt::print("  {:28} {:>10}\n", name(key), count);
}

uint64_t seed_of_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count()) * 10'000;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = seed_of_now(), count = kSeeds, one = 0;
  double hours = 6, minutes = 0;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  bool quick = false;
  CLI::App parser{"Deterministic simulation of the engine"};
  const CLI::Option* seeds = parser.add_option("--seeds", count, "how many seeds");
  parser.add_option("--first", first, "the first of them; else one that was never used before");
  parser.add_option("--minutes", minutes, "run for no longer than this; without --seeds: for so long");
  parser.add_option("--seed", one, "replay this one only");
  parser.add_option("--hours", hours, "virtual hours with faults");
  parser.add_flag("--quick", quick, "end at the first failure, and do not look for its shortest history");
  parser.add_option("--threads", threads, "seeds that run at once");
  CLI11_PARSE(parser, argc, argv);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // its counters are one lock for all threads
  log::configure(one > 0 ? log::Level::info : log::Level::off, log::Format::logfmt);
  if (one > 0) first = one, count = 1;

  const auto began = SteadyClock::now();
  sim::Order order{.first = first, .seeds = count, .until = {}, .length = {}};
  order.length = Duration{static_cast<int64_t>(hours * 3'600'000)};
  if (quick) order.failures_max = 1, order.shrinks = false;
  if (minutes > 0) order.until = began + std::chrono::seconds(static_cast<int64_t>(minutes * 60));
  if (minutes > 0 && seeds->count() == 0) order.seeds = std::numeric_limits<uint64_t>::max() - first;
  fmt::print("seeds from {}, {} virtual hours each\n", first, hours);
  sim::Campaign campaign(order);
  campaign.run(one > 0 ? 1 : threads);

  print_counts("faults injected", campaign.total().injected, [](sim::FaultKind kind) { return sim::fault_text(kind); });
  print_counts("states met", campaign.total().sometimes, [](const std::string& state) { return state; });
  fmt::print("{:.0f}% of {} rules were not compared with the story as a whole{}\n", 100 * campaign.uncompared(),
             campaign.total().rules, campaign.is_blind() ? "; too many, or a state that has to be met was not" : "");
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  fmt::print("seeds {} to {}: {:.0f} virtual hours in {:.1f} s\n", first, first + campaign.ran() - 1,
             hours * static_cast<double>(campaign.ran()), took.count());
  fmt::print("{} passed, {} failed\n", campaign.ran() - campaign.failed(), campaign.failed());
  return campaign.failed() == 0 && !campaign.is_blind() ? 0 : 1;
}
