// Watchdog: ends the process when an event loop does not come round any more, so that whoever started it starts it
// again: a tocsin that hangs is deaf, and nobody notices. It needs no service manager, and watches the end too.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <semaphore>
#include <string_view>
#include <thread>

#include "agent/base/time.h"

namespace tocsin {

/// turned(): any thread. The object watches from its construction to its destruction.
class Watchdog {
 public:
  /// Looks `kLooks` times in `silence_max`, and calls `end` in a thread of its own once none of so many looks in a row
  /// has seen a turn. Looks are counted instead of time, so that a process that was stopped or a machine that slept is
  /// given its turn first.
  Watchdog(Duration silence_max, std::function<void()> end);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// The loop has come round once more.
  void turned() { ++turns_; }

  static constexpr int kLooks = 60;

 private:
  void watch(Duration between, const std::function<void()>& end);

  std::atomic<uint64_t> turns_ = 0;
  std::binary_semaphore over_{0};
  std::jthread thread_;  // the last member: it uses the others
};

/// Says on stderr what hangs, if that can be said without waiting, and aborts. `what` has no more than 100 characters.
[[noreturn]] void end_of_hung_process(std::string_view what);

}  // namespace tocsin
