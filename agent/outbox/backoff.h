// When to try again: exponential from 1 s to 5 min with jitter, or when the other side said.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/base/time.h"

namespace tocsin {

/// `attempts` made so far, at least 1. The jitter is a hash of `seed` and `attempts`, so that a run can be replayed and
/// two deliveries do not march in step. Retry-After is never undercut.
Duration backoff(int attempts, uint64_t seed, std::optional<Duration> retry_after);

}  // namespace tocsin
