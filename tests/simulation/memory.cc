#include "tests/simulation/memory.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

thread_local int64_t held = 0;

}  // namespace

namespace tocsin::sim {

int64_t held_bytes() {
  return held;
}

}  // namespace tocsin::sim

// Every other form of new and delete but for the aligned ones, which are not counted, comes here. With a sanitizer in
// the place of the C++ library the one that does not throw would not.
void* operator new(std::size_t size) {
  void* at = std::malloc(size == 0 ? 1 : size);
  if (!at) throw std::bad_alloc();
  held += static_cast<int64_t>(malloc_usable_size(at));
  return at;
}

void* operator new(std::size_t size, const std::nothrow_t& /*nothrow*/) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* at) noexcept {
  if (!at) return;
  held -= static_cast<int64_t>(malloc_usable_size(at));
  std::free(at);
}

void operator delete(void* at, std::size_t) noexcept {
  operator delete(at);
}
