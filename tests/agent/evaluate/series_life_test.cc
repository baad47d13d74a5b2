#include <gtest/gtest.h>

#include "tests/agent/evaluate/life.h"

namespace tocsin {
namespace {

TEST(SeriesLife, OpensAtOnceWithoutForAndResolvesOnTheFirstGoodValue) {
  EXPECT_EQ(life(rule_above_ten(), "1 12 13 4 12"), ". O O . O");
}

TEST(SeriesLife, OpensOnceItHasBreachedForTheWholeOfFor) {
  Rule rule = rule_above_ten();
  rule.for_duration = 30s;
  EXPECT_EQ(life(rule, "12 12 12 4"), "p p O .");
}

TEST(SeriesLife, AGoodValueResetsPending) {
  Rule rule = rule_above_ten();
  rule.for_duration = 30s;
  EXPECT_EQ(life(rule, "12 12 4 12 12 12"), "p p . p p O");
}

TEST(SeriesLife, AFailedQueryNeitherResolvesNorResetsFor) {
  Rule rule = rule_above_ten();
  rule.for_duration = 30s;
  EXPECT_EQ(life(rule, "12 ! 12 ! ! ! 4"), "p p O O O O .");
}

TEST(SeriesLife, AbsentForLessThanMissingItKeepsItsState) {
  EXPECT_EQ(life(rule_above_ten(), "12 _ _ 12 _ 4"), "O O O O O .");
}

TEST(SeriesLife, AbsentForMissingItIsGone) {
  EXPECT_EQ(life(rule_above_ten(), "12 _ _ _ 12"), "O O O . O");
}

TEST(SeriesLife, TimeInWhichNothingWasAskedIsNotAbsence) {
  EXPECT_EQ(life(rule_above_ten(), "12 ! ! ! ! _ 12"), "O O O O O O O");
}

TEST(SeriesLife, WithMissingZeroAnAbsentSeriesHasRecoveredAsInPrometheus) {
  Rule rule = rule_above_ten();
  rule.missing = 0s;
  EXPECT_EQ(life(rule, "12 _ 12"), "O . O");
}

TEST(SeriesLife, PendingSurvivesAbsenceButOpensOnlyOnABreach) {
  Rule rule = rule_above_ten();
  rule.for_duration = 30s;
  EXPECT_EQ(life(rule, "12 _ _ 12"), "p p p O");
  EXPECT_EQ(life(rule, "12 _ _ _ 12"), "p p p . p");
}

TEST(SeriesLife, WithRecoverItStaysOpenBetweenTheTwoBounds) {
  Rule rule = rule_above_ten();
  rule.recover = *parse_threshold("< 5");
  EXPECT_EQ(life(rule, "12 7 4 7 12"), "O O . . O");
}

TEST(SeriesLife, RecoverForNeedsUnbrokenRecovery) {
  Rule rule = rule_above_ten();
  rule.recover_for = 30s;
  EXPECT_EQ(life(rule, "12 4 12 4 4 4"), "O r O r r .");
}

TEST(SeriesLife, RecoveryGoesOnThroughAbsenceButEndsOnEvidence) {
  Rule rule = rule_above_ten();
  rule.recover_for = 30s;
  rule.missing = 5min;
  EXPECT_EQ(life(rule, "12 4 _ _ _ 4"), "O r r r r .");
}

TEST(SeriesLife, NanSatisfiesNothingSoItRecoversWithoutRecoverAndNotWithIt) {
  EXPECT_EQ(life(rule_above_ten(), "12 N"), "O .");
  Rule rule = rule_above_ten();
  rule.recover = *parse_threshold("< 5");
  EXPECT_EQ(life(rule, "N 12 N 4"), ". O O .");
}

TEST(SeriesLife, WithoutThresholdEverySeriesReturnedBreachesAndAbsenceIsTheEvidence) {
  Rule rule = rule_above_ten();
  rule.grades = {{Severity::sev2, std::nullopt}};
  rule.missing = 0s;
  EXPECT_EQ(life(rule, "0 N _ 0"), "O O . O");
}

TEST(SeriesLife, EachGradeIsHeldForItsOwnFor) {
  Rule rule = rule_above_ten();
  rule.grades = {{Severity::sev3, *parse_threshold("> 10")}, {Severity::sev1, *parse_threshold("> 50")}};
  rule.for_duration = 30s;
  EXPECT_EQ(life(rule, "12 12 12 60 60 60 12 4"), "p p 3 3 3 1 3 .");
  EXPECT_EQ(life(rule, "60 60 60 4"), "p p 1 .");
}

TEST(SeriesLife, AClockSetBackDoesNotLeaveTimersInTheFuture) {
  Rule rule = rule_above_ten();
  rule.for_duration = 30s;
  const Timestamp late = from_unix_ms(2'000'000'000'000);
  const Timestamp early = late - 1h;
  SeriesState series = inactive_series(rule);
  step(rule, series, {false, 12}, late);
  step(rule, series, {false, 12}, early);
  step(rule, series, {false, 12}, early + 30s);
  EXPECT_EQ(series.grades.front().phase, Phase::open);
}

}  // namespace
}  // namespace tocsin
