#include "agent/cli/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>

namespace tocsin {
namespace {

using namespace std::chrono_literals;

TEST(Watchdog, EndsAProcessWhoseLoopDoesNotTurn) {
  std::promise<void> ended;
  const Watchdog watchdog(60ms, [&ended] { ended.set_value(); });
  EXPECT_EQ(ended.get_future().wait_for(60s), std::future_status::ready);
}

TEST(Watchdog, EndsALoopThatTurnedOnceAndHangsThen) {
  std::promise<void> ended;
  Watchdog watchdog(60ms, [&ended] { ended.set_value(); });
  watchdog.turned();
  EXPECT_EQ(ended.get_future().wait_for(60s), std::future_status::ready);
}

TEST(Watchdog, IsQuietOnceItIsGone) {
  std::atomic<bool> ended = false;
  {
    const Watchdog watchdog(1h, [&ended] { ended = true; });
  }
  EXPECT_FALSE(ended);
}

TEST(WatchdogDeathTest, TheEndIsAnAbortThatSaysWhy) {
  EXPECT_DEATH(end_of_hung_process("the event loop"), "the event loop has hung");
}

}  // namespace
}  // namespace tocsin
