#include "agent/cli/watchdog.h"

#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <tuple>
#include <utility>

namespace tocsin {

Watchdog::Watchdog(Duration silence_max, std::function<void()> end)
    : thread_([this, between = silence_max / kLooks, end = std::move(end)](const std::stop_token& stop) {
        watch(stop, between, end);
      }) {}

void Watchdog::watch(const std::stop_token& stop, Duration between, const std::function<void()>& end) {
  uint64_t seen = turns_;
  int silent = 0;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && silent < kLooks) {
    wait_.wait_for(lock, stop, between, [] { return false; });
    const uint64_t now = turns_;
    silent = now == seen ? silent + 1 : 0;
    seen = now;
  }
  if (!stop.stop_requested()) end();
}

void end_of_hung_process() {
  // Not through the log: what hangs may hold it, and a pipe that nobody reads would keep this thread too.
  constexpr std::string_view kText =
      "tocsin: the event loop has hung for a minute; ending, so that it can be started again\n";
  pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&out, 1, 0) == 1) std::ignore = ::write(STDERR_FILENO, kText.data(), kText.size());
  std::abort();
}

}  // namespace tocsin
