// Watchdog: ends the process when a loop does not come round any more, or a piece of work does not end, so that whoever
// started it starts it again: a tocsin that hangs is deaf, and nobody notices. It needs no service manager, and watches
// the end too.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/base/time.h"

namespace tocsin {

/// Watches from its construction to its destruction. Any thread.
class Watchdog {
 public:
  class Watched;

  /// Looks `kLooks` times in `silence_max`, and calls `end` in a thread of its own, with the name of what is watched,
  /// once none of so many looks in a row has seen a turn of it. Looks are counted instead of time, so that a process
  /// that was stopped or a machine that slept is given its turn first.
  Watchdog(Duration silence_max, std::function<void(std::string_view)> end);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  static constexpr int kLooks = 60;

 private:
  struct Seen {
    const Watched* watched;
    uint64_t turns = 0;
    int silent = 0;  // looks in a row that saw no turn
  };

  void watch(Duration between, const std::function<void(std::string_view)>& end);
  std::string_view hung();

  std::mutex mutex_;
  std::vector<Seen> all_;
  std::binary_semaphore over_{0};
  std::jthread thread_;  // the last member: it uses the others
};

/// A loop, or a piece of work that comes round only by ending: watched as long as this lives, which is not longer than
/// the watchdog.
class Watchdog::Watched {
 public:
  /// REQUIRES: `name` outlives it, and the call of `end` (a literal).
  Watched(Watchdog& watchdog, std::string_view name);
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  /// It has come round once more.
  void turned() { ++turns_; }

 private:
  friend Watchdog;

  Watchdog& watchdog_;
  const std::string_view name_;
  std::atomic<uint64_t> turns_ = 0;
};

/// Says on stderr what hangs, if that can be said without waiting, and aborts. `what` has no more than 100 characters.
[[noreturn]] void end_of_hung_process(std::string_view what);

}  // namespace tocsin
