#include "agent/outbox/backoff.h"

#include <algorithm>

#include "agent/base/hash.h"
#include "agent/base/limits.h"

namespace tocsin {
namespace {

/// 0 <= fraction < 1
double fraction(uint64_t seed, int attempts) {
  uint64_t state = kFnvOffset ^ seed;
  for (int i = 0; i < 8; ++i) {
    const char byte = static_cast<char>((static_cast<uint64_t>(attempts) >> (8 * i)) & 0xffU);
    state = fnv1a(std::string_view(&byte, 1), state);
  }
  return static_cast<double>(state >> 11U) / static_cast<double>(1ULL << 53U);
}

}  // namespace

Duration backoff(int attempts, uint64_t seed, std::optional<Duration> retry_after) {
  const int doublings = std::clamp(attempts - 1, 0, 20);
  const Duration base = std::min(limits::kRetryMax, limits::kRetryFirst * (int64_t{1} << doublings));
  const auto jitter =
      Duration{static_cast<int64_t>(static_cast<double>(base.count()) * 0.5 * fraction(seed, attempts))};
  const Duration wait = std::min(limits::kRetryMax, base + jitter);
  return std::max(wait, std::min(retry_after.value_or(Duration{0}), limits::kRetryAfterMax));
}

}  // namespace tocsin
