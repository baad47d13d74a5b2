#include "notifiers/wording.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/notifiers/samples.h"

namespace tocsin {
namespace {

TEST(Wording, DurationsAreTheirTwoLargestUnits) {
  EXPECT_EQ(duration_words(0s), "0 seconds");
  EXPECT_EQ(duration_words(-5s), "0 seconds");
  EXPECT_EQ(duration_words(1s), "1 second");
  EXPECT_EQ(duration_words(61s), "1 minute 1 second");
  EXPECT_EQ(duration_words(2h), "2 hours");
  EXPECT_EQ(duration_words(25h + 30min + 5s), "1 day 1 hour");
  EXPECT_EQ(duration_words(24h + 5s), "1 day");
}

TEST(Wording, ValuesHaveWhatPeopleRead) {
  EXPECT_EQ(value_words(0.0731), "0.0731");
  EXPECT_EQ(value_words(1.0 / 3), "0.333333");
  EXPECT_EQ(value_words(1'234'567), "1234567");
  EXPECT_EQ(value_words(-0.0), "0");
  EXPECT_EQ(value_words(std::numeric_limits<double>::quiet_NaN()), "no data");
  EXPECT_EQ(value_words(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(Wording, EachKindHasItsWords) {
  const auto words = [](NotificationKind kind) { return what_happened(samples::notification(kind)); };
  EXPECT_EQ(words(NotificationKind::open), "open");
  EXPECT_EQ(words(NotificationKind::escalate), "raised from SEV3 to SEV1");
  EXPECT_EQ(words(NotificationKind::deescalate), "lowered from SEV2 to SEV3");
  EXPECT_EQ(words(NotificationKind::acknowledge), "acknowledged by ada");
  EXPECT_EQ(words(NotificationKind::resolve), "resolved after 12 minutes (recovered)");
  EXPECT_EQ(words(NotificationKind::reminder), "still open after 12 minutes 1 second");
  EXPECT_EQ(words(NotificationKind::past), "was open for 12 minutes while tocsin was away");
}

TEST(Wording, AFlapIsOpenAgain) {
  Notification open = samples::notification(NotificationKind::open);
  open.incident.flaps = 1;
  EXPECT_EQ(what_happened(open), "open again");
}

TEST(Wording, SummaryFallsBackToDescriptionAndEvidence) {
  IncidentSnapshot incident = samples::incident();
  EXPECT_EQ(summary(incident, 100), "checkout: 7.31% of requests fail");
  incident.annotations = {{"description", "only this"}};
  EXPECT_EQ(summary(incident, 100), "only this");
  incident.annotations.clear();
  EXPECT_EQ(summary(incident, 100), "0.0731 > 0.05");
}

TEST(Wording, SeriesThatAreNotListedAreCounted) {
  IncidentSnapshot incident = samples::incident();
  incident.series_count = 14;
  EXPECT_EQ(series_lines(incident).back(), "... and 12 more");
  incident.series_count = 1;
  EXPECT_TRUE(series_lines(incident).empty());
}

TEST(NotificationKinds, HaveNamesThatReadBack) {
  for (const NotificationKind kind : samples::kAllKinds) {
    EXPECT_EQ(parse_kind(kind_text(kind)), kind);
  }
  EXPECT_EQ(parse_kind("opened"), std::nullopt);
}

}  // namespace
}  // namespace tocsin
