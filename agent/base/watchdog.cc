#include "agent/base/watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>

#include "agent/base/write_out.h"

namespace tocsin {

Watchdog::Watchdog(Duration silence_max, std::function<void(std::string_view)> end)
    : thread_([this, between = silence_max / kLooks, end = std::move(end)] { watch(between, end); }) {}

Watchdog::~Watchdog() {
  over_.release();
}

void Watchdog::watch(Duration between, const std::function<void(std::string_view)>& end) {
  while (!over_.try_acquire_for(between)) {
    if (const std::string_view name = hung(); !name.empty()) return end(name);
  }
}

/// One look: the name of what has been silent for too many.
std::string_view Watchdog::hung() {
  const std::lock_guard lock(mutex_);
  for (Seen& seen : all_) {
    const uint64_t turns = seen.watched->turns_;
    seen.silent = turns == seen.turns ? seen.silent + 1 : 0;
    seen.turns = turns;
    if (seen.silent >= kLooks) return seen.watched->name_;
  }
  return "";
}

Watchdog::Watched::Watched(Watchdog& watchdog, std::string_view name) : watchdog_(watchdog), name_(name) {
  const std::lock_guard lock(watchdog_.mutex_);
  watchdog_.all_.push_back({.watched = this});
}

Watchdog::Watched::~Watched() {
  const std::lock_guard lock(watchdog_.mutex_);
  std::erase_if(watchdog_.all_, [this](const Seen& seen) { return seen.watched == this; });
}

void end_of_hung_process(std::string_view what) {
  // Not through the log: what hangs may hold it, and a pipe that nobody reads would keep this thread too.
  const std::string text =
      fmt::format("tocsin: {} has hung for a minute; ending, so that it can be started again\n", what);
  std::ignore = write_out(STDERR_FILENO, text, Duration{0});
  std::ignore = std::raise(SIGABRT);
  std::abort();  // where that is ignored; not at once, for it may flush streams before, of which one may hang
}

}  // namespace tocsin
