#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>

#include "agent/poll/poller.h"

namespace tocsin {
namespace {

using testing::ElementsAre;

const Timestamp kNow = from_unix_ms(1'700'000'000'000);
constexpr std::size_t kBatch = 8;

bool has(const Batch& batch, std::size_t poll) {
  return std::ranges::find(batch.polls, poll) != batch.polls.end();
}

/// Queries of one slot, so that all of them have the same ticks.
class BatchTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int candidate = 0; poller_.polls().size() < kBatch; ++candidate) {
      std::string query = "up + " + std::to_string(candidate);
      if (TickGrid(query, 64s).at_or_before(kNow) != kNow) continue;
      poller_.add(queries_.emplace_back(std::move(query)), 64s, false, std::nullopt, kNow);
    }
  }

  using Judge = std::function<Poller::Outcome(const Batch&)>;

  /// Lets one tick pass, each request judged; the sizes of its requests, largest first.
  std::vector<std::size_t> tick(const Judge& judge, Duration took = 5ms) {
    return tick(judge, [took](const Batch&) { return took; });
  }
  std::vector<std::size_t> tick(const Judge& judge, const std::function<Duration(const Batch&)>& took) {
    std::vector<std::size_t> sizes;
    for (std::vector<Batch> due = take(); !due.empty(); due = take()) {
      for (const Batch& batch : due) {
        sizes.push_back(batch.polls.size());
        if (poller_.ended(batch, judge(batch), took(batch))) continue;
        for (const std::size_t poll : batch.polls) poller_.done(poll, batch.tick, Poller::Result::applied);
      }
    }
    now_ += 64s;
    std::ranges::sort(sizes, std::greater());
    return sizes;
  }

  std::vector<Batch> take() { return poller_.take(now_, missed_); }

  static Judge fails_with(std::size_t culprit) {
    return [culprit](const Batch& batch) {
      return has(batch, culprit) ? Poller::Outcome::refused : Poller::Outcome::answered;
    };
  }
  static Poller::Outcome answered(const Batch&) { return Poller::Outcome::answered; }

  std::deque<std::string> queries_;  // which outlive the poller
  Poller poller_{{.requests_max = 100, .batch = kBatch, .timeout = 10s}};
  std::vector<std::size_t> missed_;
  Timestamp now_ = kNow;
};

TEST_F(BatchTest, PollsOfOneTickShareARequest) {
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, WhatIsReadAgainIsAskedAlone) {
  poller_.poll(3).covered -= 64s;
  EXPECT_THAT(tick(answered), ElementsAre(4, 3, 1));
}

TEST_F(BatchTest, AQueryThatTakesPartialAnswersHasARequestOfItsOwn) {
  poller_.poll(7).allow_partial = true;
  EXPECT_THAT(tick(answered), ElementsAre(7, 1));
}

TEST_F(BatchTest, ACulpritIsFoundByHalvingAndAskedAloneFromThenOn) {
  EXPECT_THAT(tick(fails_with(5)), ElementsAre(8, 4, 4, 2, 2, 1, 1));
  EXPECT_THAT(tick(fails_with(5)), ElementsAre(5, 2, 1));
  EXPECT_THAT(tick(answered), ElementsAre(5, 2, 1)) << "it may fail again any time";
}

TEST_F(BatchTest, AScalarIsAskedAloneFromThenOn) {
  const auto scalar = [](const Batch& batch) {
    if (!has(batch, 0)) return Poller::Outcome::answered;
    return batch.polls.size() > 1 ? Poller::Outcome::refused : Poller::Outcome::answered_scalar;
  };
  tick(scalar);
  EXPECT_THAT(tick(scalar), ElementsAre(7, 1));
}

TEST_F(BatchTest, WhereAllAreRefusedNoneIsToBlame) {
  tick([](const Batch&) { return Poller::Outcome::refused; });
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, WhatIsTooMuchTogetherIsAskedInAsLargePartsAsWereAnswered) {
  const auto limited = [](const Batch& batch) {
    return batch.polls.size() > 4 ? Poller::Outcome::refused : Poller::Outcome::answered;
  };
  EXPECT_THAT(tick(limited), ElementsAre(8, 4, 4));
  EXPECT_THAT(tick(limited), ElementsAre(4, 4));
  EXPECT_THAT(tick(limited), ElementsAre(4, 4)) << "and not tried anew";
  EXPECT_TRUE(poller_.alone().empty());
}

TEST_F(BatchTest, WhatIsTooMuchOnceComesTogetherAgainAfterManyAnswers) {
  tick(
      [](const Batch& batch) { return batch.polls.size() > 1 ? Poller::Outcome::refused : Poller::Outcome::answered; });
  EXPECT_TRUE(poller_.alone().empty()) << "none of them is to blame";
  for (int times = 0; times < limits::kAnswersUntilForgiven - 1; ++times) {
    ASSERT_THAT(tick(answered).size(), 8U) << times;
  }
  tick(answered);
  EXPECT_THAT(tick(answered), ElementsAre(2, 2, 2, 2));
  tick(answered);
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, WhatIsAnsweredOnlyAloneEndsUpSoAndMostOthersStayTogether) {
  const auto unsociable = [](const Batch& batch) {
    return has(batch, 5) && batch.polls.size() > 1 ? Poller::Outcome::refused : Poller::Outcome::answered;
  };
  for (int times = 0; times < 3; ++times) tick(unsociable);
  EXPECT_THAT(tick(unsociable), ElementsAre(4, 2, 1, 1));
}

TEST_F(BatchTest, ACulpritIsAskedAloneForGood) {
  tick(fails_with(5));
  for (int times = 0; times < 2 * limits::kAnswersUntilForgiven; ++times) tick(answered);
  EXPECT_THAT(tick(answered), ElementsAre(5, 2, 1));
  EXPECT_THAT(poller_.alone(), ElementsAre(queries_[5]));
}

TEST_F(BatchTest, WhatTimedOutIsAskedOneByOneAtOnce) {
  const auto hangs = [](const Batch& batch) {
    return has(batch, 2) ? Poller::Outcome::timed_out : Poller::Outcome::answered;
  };
  EXPECT_THAT(tick(hangs), ElementsAre(8, 1, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_EQ(poller_.poll(2).company_max, 1U);
  EXPECT_THAT(tick(answered).size(), testing::Lt(8U)) << "the others come together again";
  EXPECT_TRUE(poller_.alone().empty()) << "it need not be so for good";
  for (int times = 0; times < limits::kAnswersUntilForgiven + 4; ++times) tick(answered);
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, AnOutageTeachesNothing) {
  EXPECT_THAT(tick([](const Batch&) { return Poller::Outcome::unanswered; }), ElementsAre(8));
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, ASlowRequestIsHalvedTheNextTimeAndWholeAgainWhenItIsQuick) {
  tick(answered, 2s);
  EXPECT_THAT(tick(answered, 2s), ElementsAre(4, 4));
  EXPECT_THAT(tick(answered), ElementsAre(2, 2, 2, 2));
  EXPECT_THAT(tick(answered), ElementsAre(4, 4));
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, OneThatIsSlowEndsUpAloneAndTheOthersComeTogetherAgain) {
  const auto took = [](const Batch& batch) { return has(batch, 3) ? 2s : 5ms; };
  std::vector<std::size_t> sizes;
  for (int times = 0; times < 6; ++times) sizes = tick(answered, took);
  EXPECT_THAT(sizes, ElementsAre(4, 3, 1)) << "those before it, and those after it";
}

TEST_F(BatchTest, WhatIsFarAboveWhatIsUsualIsSlow) {
  for (int times = 0; times < 3; ++times) tick(answered, 5ms);
  EXPECT_THAT(tick(answered, 200ms), ElementsAre(8));
  EXPECT_THAT(tick(answered), ElementsAre(4, 4));
}

TEST_F(BatchTest, WhatTakesLittleIsNotSlowHoweverQuickTheOthersAre) {
  tick(answered);
  EXPECT_THAT(tick(answered, 60ms), ElementsAre(8));
  EXPECT_THAT(tick(answered), ElementsAre(8));
}

TEST_F(BatchTest, WhatIsAskedAloneIsKnownWhereBatchesAreMadeAnew) {
  EXPECT_TRUE(poller_.alone().empty());
  tick(fails_with(5));
  EXPECT_THAT(poller_.alone(), ElementsAre(queries_[5]));
  poller_ = Poller({.requests_max = 100, .batch = kBatch});
  now_ = kNow;
  SetUp();
  poller_.ask_alone(5);
  EXPECT_THAT(tick(answered), ElementsAre(5, 2, 1));
  EXPECT_THAT(tick(answered), ElementsAre(5, 2, 1));
}

TEST_F(BatchTest, WhereEachIsAskedAloneOnlyAScalarIsKnownAsSuch) {
  poller_ = Poller({.requests_max = 100, .batch = 1});
  SetUp();
  tick([](const Batch& batch) { return has(batch, 3) ? Poller::Outcome::answered_scalar : Poller::Outcome::answered; });
  EXPECT_THAT(poller_.alone(), ElementsAre(queries_[3]));
}

TEST_F(BatchTest, PartsOfAFailedRequestWaitForAPlaceLikeAllOthers) {
  poller_ = Poller({.requests_max = 1, .batch = kBatch});
  SetUp();
  const std::vector<Batch> due = take();
  EXPECT_TRUE(poller_.ended(due.front(), Poller::Outcome::refused, 1ms));
  EXPECT_EQ(take().size(), 1U);
  EXPECT_TRUE(take().empty());
}

}  // namespace
}  // namespace tocsin
