// chance: randomness keyed by what it decides, not drawn from a stream, so that taking one fault out of a run does not
// reshuffle the rest.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/hash.h"

namespace tocsin::sim {

inline uint64_t draw(uint64_t seed, std::string_view what, uint64_t index = 0) {
  uint64_t state = fnv1a(what) ^ (seed * 0x9E3779B97F4A7C15ULL) ^ (index * 0xC2B2AE3D27D4EB4FULL);
  // splitmix64: FNV alone mixes its high bits too little for small differences.
  state += 0x9E3779B97F4A7C15ULL;
  state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27U)) * 0x94D049BB133111EBULL;
  return state ^ (state >> 31U);
}

/// 0 <= below < limit
inline uint64_t below(uint64_t limit, uint64_t seed, std::string_view what, uint64_t index = 0) {
  return draw(seed, what, index) % limit;
}

inline bool chance(int percent, uint64_t seed, std::string_view what, uint64_t index = 0) {
  return below(100, seed, what, index) < static_cast<uint64_t>(percent);
}

}  // namespace tocsin::sim
