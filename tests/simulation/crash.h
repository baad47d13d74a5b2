// Crash: thrown where the process dies. Nothing of the agent catches it, as nothing outlives a kill.
#pragma once

#include "tests/simulation/plan.h"

namespace tocsin::sim {

struct Crash {
  const Fault& cause;
};

}  // namespace tocsin::sim
