// run: one seed's life of an agent in the simulated world, and everything that must have been true of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulation/plan.h"

namespace tocsin::sim {

/// Rare states that a campaign must have met.
inline const std::string kDiedAtOpening = "died at the opening or the closing of the store";
inline const std::string kDiedWithinCommit = "died within a commit or a pruning";
inline const std::string kPowerCuts = "power cuts";
inline const std::string kWritesLost = "writes lost by a power cut";

struct RunResult {
  std::vector<std::string> violations;  // empty: all is as it must be
  std::map<FaultKind, uint64_t> injected{};
  std::map<std::string, uint64_t> sometimes{};  // rare states
  uint64_t rules = 0;
  uint64_t uncompared = 0;  // of them, with the story as a whole
};

/// Deterministic: the same plan gives the same result.
RunResult run(const Plan& plan);

/// When every run begins.
Timestamp start_time();

/// The shortest plan found that still violates something: delta debugging (Zeller, 2002) over the faults.
Plan shrink(Plan plan);

}  // namespace tocsin::sim
