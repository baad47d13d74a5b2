// TOCSIN_ASSERT(condition): a programmer error. Stays on in release, logs the expression and aborts;
// the store survives a kill, so crashing is safe. Never on input, config, disk or network.
#pragma once

namespace tocsin {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace tocsin

#define TOCSIN_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::tocsin::assertion_failed(#condition, __FILE__, __LINE__))
