#include "agent/poll/poller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/base/limits.h"

namespace tocsin {
namespace {

const Timestamp kNow = from_unix_ms(1'700'000'000'000);

TEST(TickGrid, DoesNotMoveOverARestartAndSpreadsQueries) {
  const TickGrid grid("up", 15s);
  const Timestamp tick = grid.at_or_before(kNow);
  EXPECT_LE(tick, kNow);
  EXPECT_GT(tick + 15s, kNow);
  EXPECT_EQ(TickGrid("up", 15s).at_or_before(kNow), tick);
  EXPECT_NE(TickGrid("down", 15s).at_or_before(kNow), tick);
  EXPECT_EQ(grid.at_or_before(tick), tick);
  EXPECT_LE(grid.at_or_before(from_unix_ms(-1)), from_unix_ms(-1));
}

class PollerTest : public testing::Test {
 protected:
  std::vector<Batch> take(Timestamp now) { return poller_.take(now, missed_); }
  /// The one poll that is due is asked, and the request ends.
  Timestamp ask(std::size_t poll, Poller::Result result) {
    const Batch batch = take(kNow).front();
    poller_.ended(batch, Poller::Outcome::answered, 1ms);
    poller_.done(poll, batch.tick, result);
    return batch.tick;
  }

  Poller poller_{{.requests_max = 2}};
  std::vector<std::size_t> missed_;
};

TEST_F(PollerTest, ANewPollIsAskedAtOnceForTheLatestTick) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  const auto due = take(kNow);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().tick, poller_.poll(poll).grid.at_or_before(kNow));
  EXPECT_TRUE(take(kNow).empty());
}

TEST_F(PollerTest, WhatIsDueWaitsAMomentForWhatComesDueAfterIt) {
  const std::size_t one = poller_.add("up", 15s, false, std::nullopt, kNow);
  const Timestamp due = poller_.poll(one).next;
  EXPECT_EQ(poller_.next_due(), due + limits::kGatherMax);
  poller_.add("down", 1s, false, std::nullopt, kNow);
  EXPECT_EQ(poller_.next_due(), std::min(due, poller_.poll(1).next) + Duration{1s} / limits::kGatheringsMin)
      << "as little as the shortest interval allows";
}

TEST_F(PollerTest, ATickThatComesWhileTheQueryIsUnderWayIsMissed) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  ask(poll, Poller::Result::applied);
  const Timestamp tick = take(kNow + 15s).front().tick;
  EXPECT_TRUE(take(kNow + 30s).empty());
  EXPECT_TRUE(take(kNow + 60s).empty()) << "held up";
  EXPECT_EQ(missed_, (std::vector{poll, poll, poll}));
  poller_.done(poll, tick, Poller::Result::applied);
  EXPECT_EQ(poller_.poll(poll).covered, tick + 45s) << "missed ticks are not read again";
}

TEST_F(PollerTest, WhatIsUnderWayAsTheClockIsSetIsAskedAnewButNotWithoutEnd) {
  const std::size_t poll = poller_.add("up", 15s, false, kNow - 1h, kNow);
  const Timestamp latest = poller_.poll(poll).grid.at_or_before(kNow + 1h);
  take(kNow);
  EXPECT_TRUE(poller_.begin_anew(kNow + 1h).empty());
  EXPECT_EQ(take(kNow + 1h).front().tick, latest);
  EXPECT_EQ(poller_.poll(poll).covered, latest - 15s) << "what came due before is not read again";
  EXPECT_TRUE(poller_.begin_anew(kNow + 1h).empty());
  EXPECT_EQ(take(kNow + 1h).size(), 1U);
  EXPECT_EQ(poller_.begin_anew(kNow + 1h), std::vector{poll});
  EXPECT_TRUE(take(kNow + 1h).empty());
  poller_.done(poll, latest, Poller::Result::unreachable);
  EXPECT_EQ(take(kNow + 1h + 15s).front().tick, latest + 15s);
  EXPECT_TRUE(poller_.begin_anew(kNow + 1h + 15s).empty());
  EXPECT_TRUE(missed_.empty());
}

TEST_F(PollerTest, WhatWaitsAsTheClockIsSetIsAskedForTheLatestTick) {
  for (const char* query : {"a", "b", "c"}) poller_.add(query, 15s, false, std::nullopt, kNow);
  EXPECT_EQ(take(kNow).size(), 2U) << "and one waits";
  poller_.begin_anew(kNow - 1h);
  const auto due = take(kNow - 1h);
  EXPECT_EQ(due.size(), 2U);
  for (const Batch& batch : due) EXPECT_LE(batch.tick, kNow - 1h);
}

TEST_F(PollerTest, TicksThatAMachineSleptThroughAreReadAgain) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  ask(poll, Poller::Result::applied);
  const Timestamp tick = take(kNow + 15s).front().tick;
  EXPECT_TRUE(take(kNow + 1h).empty()) << "the machine slept with the query under way";
  poller_.done(poll, tick, Poller::Result::applied);
  EXPECT_EQ(poller_.poll(poll).covered, tick);
  EXPECT_EQ(take(kNow + 1h + 15s).size(), 1U);
  EXPECT_THAT(missed_, testing::IsEmpty());
}

TEST_F(PollerTest, WhatWaitsForItsTurnWhileTheMachineSleepsIsReadAgain) {
  for (const char* query : {"a", "b", "c"}) poller_.add(query, 15s, false, std::nullopt, kNow);
  ASSERT_EQ(take(kNow).size(), 2U);
  const Poll& poll = *std::ranges::find(poller_.polls(), Poll::Phase::queued, &Poll::phase);
  const Timestamp covered = poll.covered;
  take(kNow + 1h);
  EXPECT_EQ(poll.tick, poll.grid.at_or_before(kNow + 1h));
  EXPECT_EQ(poll.covered, covered);
  EXPECT_THAT(missed_, testing::IsEmpty());
}

TEST_F(PollerTest, TicksThatPrometheusDidNotAnswerStayUncovered) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  const Timestamp tick = ask(poll, Poller::Result::unreachable);
  EXPECT_EQ(poller_.poll(poll).covered, tick - 15s);
  EXPECT_TRUE(poller_.poll(poll).behind);
}

TEST(RangeSize, GoesDownToTheTickThatIsRefusedAndUpAgain) {
  RangeSize range;
  EXPECT_TRUE(range.refuse(8));
  EXPECT_EQ(range.ticks, 4U);
  range.answered();
  EXPECT_EQ(range.ticks, 4U) << "longer ones were refused";
  EXPECT_TRUE(range.refuse(4));
  EXPECT_TRUE(range.refuse(2));
  EXPECT_TRUE(range.refuse(1));
  range.answered();
  EXPECT_EQ(range.ticks, 2U) << "the one to blame is left behind";
}

TEST(RangeSize, WhatTookTooLongMayBeAskedAgainLater) {
  RangeSize range;
  range.timed_out(8);
  EXPECT_EQ(range.ticks, 4U);
  range.answered();
  EXPECT_EQ(range.ticks, 8U);
  range.timed_out(1);
  EXPECT_EQ(range.ticks, 1U);
}

TEST(RangeSize, GivesUpWhereAllIsRefused) {
  RangeSize range;
  for (std::size_t count = 0; count < limits::kRangesRefusedMax; ++count) EXPECT_TRUE(range.refuse(1));
  EXPECT_FALSE(range.refuse(1));
}

TEST_F(PollerTest, AtMostMaxConcurrentAreUnderWay) {
  for (const char* query : {"a", "b", "c"}) poller_.add(query, 15s, false, std::nullopt, kNow);
  const auto first = take(kNow);
  EXPECT_EQ(first.size(), 2U);
  poller_.ended(first.front(), Poller::Outcome::answered, 1ms);
  EXPECT_EQ(take(kNow).size(), 1U);
}

TEST_F(PollerTest, ATickThatWaitedForItsTurnUntilTheNextCameIsMissedAndNotReadAgain) {
  for (const char* query : {"a", "b", "c"}) poller_.add(query, 15s, false, std::nullopt, kNow);
  ASSERT_EQ(take(kNow).size(), 2U);
  const Poll& poll = *std::ranges::find(poller_.polls(), Poll::Phase::queued, &Poll::phase);
  take(kNow + 15s);
  EXPECT_THAT(missed_, testing::IsEmpty()) << "the tick before the start";
  take(kNow + 30s);
  EXPECT_EQ(poll.tick, poll.grid.at_or_before(kNow + 30s));
  EXPECT_EQ(poll.covered, poll.tick - 15s);
  EXPECT_EQ(missed_, std::vector{static_cast<std::size_t>(&poll - poller_.polls().data())});
}

TEST_F(PollerTest, AfterARestartItGoesOnWhereItEnded) {
  const TickGrid grid("up", 15s);
  const Timestamp latest = grid.at_or_before(kNow);
  const std::size_t poll = poller_.add("up", 15s, false, latest - 60s, kNow);
  EXPECT_EQ(take(kNow).front().tick, latest);
  EXPECT_EQ(poller_.poll(poll).covered, latest - 60s);
  EXPECT_TRUE([&] {
    Poller fresh{};
    fresh.add("up", 15s, false, latest, kNow);
    std::vector<std::size_t> missed;
    return fresh.take(kNow, missed).empty();
  }()) << "a tick that was applied is not asked again";
}

TEST_F(PollerTest, WhatIsTooSlowToCatchUpMissesWhatComesDueMeanwhile) {
  const std::size_t poll = poller_.add("up", 15s, false, kNow - 60s, kNow);
  const Timestamp tick = take(kNow).front().tick;
  take(kNow + 15s);
  EXPECT_THAT(missed_, testing::IsEmpty()) << "it is read next";
  take(kNow + 30s);
  EXPECT_THAT(missed_, testing::SizeIs(2)) << "half of what it reads";
  take(kNow + 45s);
  EXPECT_THAT(missed_, testing::SizeIs(3));
  poller_.done(poll, tick, Poller::Result::applied);
  EXPECT_EQ(poller_.poll(poll).covered, tick + 45s);
}

TEST_F(PollerTest, WhatComesDueRightAfterItWasAskedIsReadNext) {
  const Timestamp latest = TickGrid("up", 15s).at_or_before(kNow);
  const std::size_t poll = poller_.add("up", 15s, false, latest - 30s, latest + 14s);
  const Timestamp tick = take(latest + 14s).front().tick;
  take(latest + 15s);
  EXPECT_THAT(missed_, testing::IsEmpty());
  poller_.done(poll, tick, Poller::Result::applied);
  EXPECT_EQ(poller_.poll(poll).covered, tick);
}

TEST_F(PollerTest, WhatAMachineSleptThroughIsReadHoweverSlowItIs) {
  const std::size_t poll = poller_.add("up", 15s, false, kNow - 75s, kNow);
  const Timestamp tick = take(kNow).front().tick;
  take(kNow + 1h);
  take(kNow + 1h + 15s);
  EXPECT_THAT(missed_, testing::IsEmpty());
  poller_.done(poll, tick, Poller::Result::applied);
  EXPECT_EQ(poller_.poll(poll).covered, tick);
}

TEST_F(PollerTest, AClockSetBackByLittleWaitsAndByMuchBeginsAnew) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  ask(poll, Poller::Result::applied);
  EXPECT_TRUE(take(kNow - 20s).empty());
  EXPECT_TRUE(poller_.begin_anew(kNow - 1h).empty());
  EXPECT_TRUE(take(kNow - 1h).empty());
  EXPECT_EQ(take(kNow - 1h + 15s).size(), 1U);
}

TEST_F(PollerTest, TheMarkOfBeingAliveLeavesOutThoseThatAreBehind) {
  const std::size_t poll = poller_.add("up", 15s, false, std::nullopt, kNow);
  EXPECT_LT(poller_.covered_by_all(kNow), poller_.poll(poll).grid.at_or_before(kNow));
  ask(poll, Poller::Result::unreachable);
  EXPECT_EQ(poller_.covered_by_all(kNow), kNow);
}

}  // namespace
}  // namespace tocsin
