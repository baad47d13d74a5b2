// Crash: thrown where the process dies. Nothing of the agent catches it, as nothing outlives a kill.
#pragma once

#include "agent/base/time.h"

namespace tocsin::sim {

struct Crash {
  Duration downtime{0};
};

}  // namespace tocsin::sim
