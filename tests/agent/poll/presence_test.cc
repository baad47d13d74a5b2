#include "agent/poll/presence.h"

#include <gtest/gtest.h>

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

TEST(Presence, ABackendWithoutUpIsTakenAtItsWordWhereItSaysSomething) {
  std::vector<AnswerAt> answers{seen_at(kStart, kStart), {kStart + 5min, {}}};
  drop_unobserved(answers, {{kStart, {}}, {kStart + 5min, {}}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].at, kStart);
}

TEST(Presence, APrometheusThatHasNotScrapedYetSinceItStartedIsNoBackendWithoutUp) {
  std::vector<AnswerAt> answers{{kStart, {}}, {kStart + 20min, {}}, {kStart + 30min, {}}};
  drop_unobserved(answers, {seen_at(kStart, kStart), {kStart + 20min, {}}, {kStart + 30min, {}}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].at, kStart);
}

}  // namespace
}  // namespace tocsin
