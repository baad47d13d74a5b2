#include "agent/poll/presence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tocsin {
namespace {

const Timestamp kStart = from_unix_ms(1'000'000'000'000);

AnswerAt seen_at(Timestamp tick, Timestamp scraped) {
  return {tick, {{{Labels{}, static_cast<double>(to_unix_ms(scraped)) / 1000}}}};
}

TEST(Presence, TicksWithoutAScrapeForTwoMinutesWereNotObserved) {
  std::vector<AnswerAt> answers{{kStart, {}}, {kStart + 5min, {}}, {kStart + 20min, {}}, {kStart + 30min, {}}};
  drop_unobserved(answers, {seen_at(kStart, kStart - 10s),
                            seen_at(kStart + 5min, kStart),
                            {kStart + 20min, {}},
                            seen_at(kStart + 30min, kStart + 30min)});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].at, kStart);
  EXPECT_EQ(answers[1].at, kStart + 30min);
}

std::vector<AnswerAt> two_of_three() {
  return {{kStart, {}}, seen_at(kStart + 5min, kStart), {kStart + 10min, {}}};
}

TEST(Presence, ABackendWithoutUpIsTakenAtItsWordFromItsFirstSampleOn) {
  std::vector<AnswerAt> answers = two_of_three();
  drop_unobserved(answers, {{kStart, {}}, {kStart + 5min, {}}, {kStart + 10min, {}}});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].at, kStart + 5min);
  EXPECT_EQ(answers[1].at, kStart + 10min);

  std::vector<AnswerAt> nothing{{kStart, {}}, {kStart + 5min, {}}};
  drop_unobserved(nothing, {});
  EXPECT_TRUE(nothing.empty());
}

TEST(Presence, AnAnswerToSomethingElseTellsNothing) {
  const AnswerAt of_a_series{kStart, {{{Labels{{"pod", "a"}}, 1e9}}}};
  const AnswerAt no_time{kStart, {{{Labels{}, 11}}}};
  const AnswerAt no_number{kStart, {{{Labels{}, std::nan("")}}}};
  for (const AnswerAt& other : {of_a_series, no_time, no_number}) {
    std::vector<AnswerAt> answers = two_of_three();
    drop_unobserved(answers, {other});
    EXPECT_EQ(answers.size(), 2U);
  }
}

TEST(Presence, APrometheusThatHasNotScrapedYetSinceItStartedIsNoBackendWithoutUp) {
  std::vector<AnswerAt> answers{{kStart, {}}, {kStart + 20min, {}}, {kStart + 30min, {}}};
  drop_unobserved(answers, {seen_at(kStart, kStart), {kStart + 20min, {}}, {kStart + 30min, {}}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].at, kStart);
}

}  // namespace
}  // namespace tocsin
