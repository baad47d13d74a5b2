// memory: how many bytes of the heap this thread holds. A run lives on one thread, so what ends with an agent was its
// own.
#pragma once

#include <cstdint>

namespace tocsin::sim {

/// What operator new has given to this thread and operator delete has not taken back.
int64_t held_bytes();

}  // namespace tocsin::sim
