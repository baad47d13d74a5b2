// FNV-1a, 64 bit (http://www.isthe.com/chongo/tech/comp/fnv/): stable over restarts, machines and versions.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin {

inline constexpr uint64_t kFnvOffset = 14695981039346656037ULL;

constexpr uint64_t fnv1a(std::string_view bytes, uint64_t state = kFnvOffset) {
  for (const char byte : bytes) {
    state ^= static_cast<uint8_t>(byte);
    state *= 1099511628211ULL;
  }
  return state;
}

}  // namespace tocsin
