#include "agent/cli/watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>

#include "agent/base/write_out.h"

namespace tocsin {

Watchdog::Watchdog(Duration silence_max, std::function<void()> end)
    : thread_([this, between = silence_max / kLooks, end = std::move(end)] { watch(between, end); }) {}

Watchdog::~Watchdog() {
  over_.release();
}

void Watchdog::watch(Duration between, const std::function<void()>& end) {
  uint64_t seen = turns_;
  for (int silent = 0; silent < kLooks;) {
    if (over_.try_acquire_for(between)) return;
    const uint64_t now = turns_;
    silent = now == seen ? silent + 1 : 0;
    seen = now;
  }
  end();
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
