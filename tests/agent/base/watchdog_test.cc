#include "agent/base/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>

namespace tocsin {
namespace {

using namespace std::chrono_literals;

/// The name of the loop for which it ended.
class Ending {
 public:
  std::function<void(std::string_view)> end() {
    return [this](std::string_view name) { name_.set_value(std::string(name)); };
  }
  std::string wait() {
    std::future<std::string> name = name_.get_future();
    return name.wait_for(60s) == std::future_status::ready ? name.get() : "";
  }

 private:
  std::promise<std::string> name_;
};

TEST(Watchdog, EndsAProcessWhoseLoopDoesNotTurn) {
  Ending ending;
  Watchdog watchdog(60ms, ending.end());
  const Watchdog::Watched loop(watchdog, "loop");
  EXPECT_EQ(ending.wait(), "loop");
}

TEST(Watchdog, EndsALoopThatTurnedOnceAndHangsThen) {
  Ending ending;
  Watchdog watchdog(60ms, ending.end());
  Watchdog::Watched loop(watchdog, "loop");
  loop.turned();
  EXPECT_EQ(ending.wait(), "loop");
}

TEST(Watchdog, EndsOneLoopThatHangsWhileOthersTurn) {
  Ending ending;
  Watchdog watchdog(3s, ending.end());
  const Watchdog::Watched hanging(watchdog, "hanging");
  const std::jthread turning([&](const std::stop_token& stop) {
    for (Watchdog::Watched loop(watchdog, "turning"); !stop.stop_requested();) loop.turned();
  });
  EXPECT_EQ(ending.wait(), "hanging");
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
