#include "agent/base/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

#include "tests/support/hung.h"

namespace tocsin {
namespace {

using namespace std::chrono_literals;
using test::Hung;

TEST(Watchdog, EndsAProcessWhoseLoopDoesNotTurn) {
  Hung hung(60ms);
  const Watchdog::Watched loop(hung.watchdog, "loop");
  EXPECT_EQ(hung.wait(), "loop");
}

TEST(Watchdog, EndsALoopThatTurnedOnceAndHangsThen) {
  Hung hung(60ms);
  Watchdog::Watched loop(hung.watchdog, "loop");
  loop.turned();
  EXPECT_EQ(hung.wait(), "loop");
}

TEST(Watchdog, EndsOneLoopThatHangsWhileOthersTurn) {
  Hung hung(3s);
  const Watchdog::Watched hanging(hung.watchdog, "hanging");
  const std::jthread turning([&](const std::stop_token& stop) {
    for (Watchdog::Watched loop(hung.watchdog, "turning"); !stop.stop_requested();) loop.turned();
  });
  EXPECT_EQ(hung.wait(), "hanging");
}

TEST(Watchdog, IsQuietOfALoopThatHasEndedAndOnceItIsGone) {
  std::atomic<bool> ended = false;
  {
    Watchdog watchdog(1h, [&ended](std::string_view) { ended = true; });
    const Watchdog::Watched loop(watchdog, "loop");
  }
  EXPECT_FALSE(ended);
}

TEST(WatchdogDeathTest, TheEndIsAnAbortThatSaysWhy) {
  EXPECT_DEATH(end_of_hung_process("the event loop"), "the event loop has hung");
}

}  // namespace
}  // namespace tocsin
