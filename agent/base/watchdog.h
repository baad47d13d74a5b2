// Watchdog: ends the process when a loop does not come round any more, so that whoever started it starts it again: a
// tocsin that hangs is deaf, and nobody notices. It needs no service manager, and watches the end too.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>

#include "agent/base/time.h"

namespace tocsin {

/// Watches from its construction to its destruction. Any thread.
class Watchdog {
 public:
  class Loop;

  /// Looks `kLooks` times in `silence_max`, and calls `end` in a thread of its own, with the name of the loop, once
  /// none of so many looks in a row has seen a turn of it. Looks are counted instead of time, so that a process that
  /// was stopped or a machine that slept is given its turn first.
  Watchdog(Duration silence_max, std::function<void(std::string_view)> end);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  static constexpr int kLooks = 60;

 private:
  struct Seen {
    const Loop* loop;
    uint64_t turns = 0;
    int silent = 0;  // looks in a row that saw no turn
  };

  void watch(Duration between, const std::function<void(std::string_view)>& end);
  std::string hung();

  std::mutex mutex_;
  std::list<Seen> loops_;
  std::binary_semaphore over_{0};
  std::jthread thread_;  // the last member: it uses the others
};

/// A loop that is watched as long as this lives, which is not longer than the watchdog.
class Watchdog::Loop {
 public:
  Loop(Watchdog& watchdog, std::string name);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// It has come round once more.
  void turned() { ++turns_; }

 private:
  friend Watchdog;

  Watchdog& watchdog_;
  const std::string name_;
  std::atomic<uint64_t> turns_ = 0;
};

/// Says on stderr what hangs, if that can be said without waiting, and aborts. `what` has no more than 100 characters.
[[noreturn]] void end_of_hung_process(std::string_view what);

}  // namespace tocsin
