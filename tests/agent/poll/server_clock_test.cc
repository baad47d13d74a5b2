#include "agent/poll/server_clock.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

const Timestamp kNow = from_unix_ms(1'700'000'000'000);

TEST(ServerClock, MindsNoHalfMinute) {
  ServerClock clock;
  EXPECT_FALSE(clock.knows());
  EXPECT_TRUE(clock.hear(kNow - 30s, kNow, kNow + 1s, 0s));
  EXPECT_TRUE(clock.hear(kNow + 31s, kNow, kNow + 1s, 0s));
  EXPECT_EQ(clock.ahead(), Duration{0});
  EXPECT_TRUE(clock.knows());
}

TEST(ServerClock, IsAheadOrBehindByWhatIsCertain) {
  ServerClock clock;
  EXPECT_FALSE(clock.hear(kNow - 1h, kNow, kNow + 5s, 0s));
  EXPECT_EQ(clock.ahead(), 1h);
  EXPECT_FALSE(clock.hear(kNow + 1h, kNow, kNow + 5s, clock.ahead()));
  EXPECT_EQ(clock.ahead(), 5s - 1h);
  EXPECT_FALSE(clock.hear(kNow, kNow, kNow, clock.ahead()));
  EXPECT_EQ(clock.ahead(), 0s) << "both were set right";
}

TEST(ServerClock, TakesNoLongAnswerForAStep) {
  ServerClock clock;
  EXPECT_TRUE(clock.hear(kNow, kNow, kNow + 10min, 0s)) << "the machine slept, or the answer was slow";
  EXPECT_TRUE(clock.hear(kNow + 10min, kNow, kNow + 10min, 0s)) << "the request was";
  EXPECT_TRUE(clock.hear(kNow, kNow, kNow - 1h, 0s)) << "the clock was set back meanwhile";
}

TEST(ServerClock, IsTheSameForAllThatWereUnderWay) {
  ServerClock clock;
  EXPECT_FALSE(clock.hear(kNow - 1h, kNow, kNow, 0s));
  EXPECT_FALSE(clock.hear(kNow - 1h, kNow + 3s, kNow + 3s, 0s)) << "it was asked as if there were no hour";
  EXPECT_EQ(clock.ahead(), 1h);
}

}  // namespace
}  // namespace tocsin
