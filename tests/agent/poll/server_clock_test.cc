#include "agent/poll/server_clock.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

const Timestamp kNow = from_unix_ms(1'700'000'000'000);

TEST(ServerClock, MindsNoHalfMinute) {
  ServerClock clock;
  EXPECT_FALSE(clock.surprises(kNow - 30s, kNow, kNow + 1s));
  EXPECT_FALSE(clock.surprises(kNow + 31s, kNow, kNow + 1s));
  EXPECT_FALSE(clock.surprises(std::nullopt, kNow, kNow + 1h));
}

TEST(ServerClock, IsAheadOrBehindByWhatIsCertain) {
  ServerClock clock;
  EXPECT_TRUE(clock.surprises(kNow - 1h, kNow, kNow + 5s));
  EXPECT_EQ(clock.learn(kNow - 1h, kNow, kNow + 5s), 1h);
  EXPECT_EQ(clock.ahead(), 1h);
  EXPECT_FALSE(clock.surprises(kNow - 1h, kNow, kNow + 5s));
  EXPECT_TRUE(clock.surprises(kNow + 1h, kNow, kNow + 5s));
  EXPECT_EQ(clock.learn(kNow + 1h, kNow, kNow + 5s), 5s - 2h);
  EXPECT_TRUE(clock.surprises(kNow, kNow, kNow));
  EXPECT_EQ(clock.learn(kNow, kNow, kNow), 1h - 5s) << "both were set right";
  EXPECT_EQ(clock.ahead(), 0s);
}

TEST(ServerClock, TakesNoLongAnswerForAStep) {
  ServerClock clock;
  EXPECT_FALSE(clock.surprises(kNow, kNow, kNow + 10min)) << "the machine slept, or the answer was slow";
  EXPECT_FALSE(clock.surprises(kNow + 10min, kNow, kNow + 10min)) << "the request was";
}

TEST(ServerClock, GoesByPrometheusAndNotByTheDateOfAProxy) {
  ServerClock clock;
  EXPECT_TRUE(clock.surprises(kNow + 20min, kNow, kNow));
  EXPECT_EQ(clock.learn(kNow, kNow, kNow), 0s);
  EXPECT_FALSE(clock.surprises(kNow + 20min, kNow, kNow)) << "it is known by now";
  EXPECT_TRUE(clock.surprises(kNow + 20min, kNow + 1h, kNow + 1h));
  EXPECT_EQ(clock.learn(kNow, kNow + 1h, kNow + 1h), 1h);
}

TEST(ServerClock, AgreesWhereNobodySays) {
  ServerClock clock;
  EXPECT_TRUE(clock.surprises(kNow - 1h, kNow, kNow));
  EXPECT_EQ(clock.learn(std::nullopt, kNow, kNow), 0s);
  EXPECT_FALSE(clock.surprises(kNow - 1h, kNow, kNow)) << "it is not asked at each answer";
  EXPECT_EQ(clock.ahead(), 0s);
}

TEST(ServerClock, BeginsWithWhatWasKnown) {
  ServerClock clock({.ahead = 1h, .by_date = 1h});
  EXPECT_FALSE(clock.surprises(kNow - 1h, kNow, kNow));
  EXPECT_EQ(clock.ahead(), 1h);
  EXPECT_TRUE(clock.surprises(std::nullopt, kNow, kNow)) << "a server that says nothing agrees";
}

TEST(ServerClock, IsSurprisedByAProxyThatAgreesWithAClockThatWasSet) {
  ServerClock clock({.ahead = 0s, .by_date = -20min});
  EXPECT_FALSE(clock.surprises(kNow + 20min, kNow, kNow));
  EXPECT_TRUE(clock.surprises(kNow, kNow, kNow)) << "both are 20 minutes ahead";
}

TEST(ServerClock, ReadsATimeOnlyWhereItIsOne) {
  EXPECT_EQ(clock_time({.samples = {{{}, 1'700'000'000.5}}, .scalar = true}), kNow + 500ms);
  EXPECT_EQ(clock_time({.samples = {{{}, 1}}}), std::nullopt);
  EXPECT_EQ(clock_time({.samples = {{{{"pod", "a"}}, 1'700'000'000}}}), std::nullopt);
  EXPECT_EQ(clock_time({}), std::nullopt);
}

}  // namespace
}  // namespace tocsin
