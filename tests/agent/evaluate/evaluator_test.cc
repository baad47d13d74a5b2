#include "agent/evaluate/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/agent/evaluate/life.h"

namespace tocsin {
namespace {

const Timestamp kStart = from_unix_ms(1'000'000'000'000);

Labels pod(const std::string& name) {
  return {{"service", "shop"}, {"pod", name}};
}

TEST(Evaluator, WithoutIncidentByEverySeriesIsAnIncident) {
  RuleState state;
  const Evaluation evaluation =
      evaluate(rule_above_ten(), state, {{{pod("a"), 12}, {pod("b"), 20}, {pod("c"), 1}}}, kStart);
  ASSERT_EQ(evaluation.firing.size(), 2U);
  EXPECT_EQ(evaluation.firing[0].key, pod("a"));
  EXPECT_EQ(evaluation.firing_series, 2U);
  EXPECT_EQ(state.series->size(), 2U) << "a series that does not breach is not kept";
}

TEST(Evaluator, IncidentByFoldsSeriesAndShowsTheWorst) {
  Rule rule = rule_above_ten();
  rule.incident_by = {"service"};
  RuleState state;
  Evaluation evaluation = evaluate(rule, state, {{{pod("a"), 12}, {pod("b"), 20}}}, kStart);
  ASSERT_EQ(evaluation.firing.size(), 1U);
  const Firing& firing = evaluation.firing.front();
  EXPECT_EQ(firing.key, (Labels{{"service", "shop"}}));
  EXPECT_EQ(firing.value, 20);
  EXPECT_EQ(firing.worst, pod("b"));
  EXPECT_EQ(firing.labels, (Labels{{"service", "shop"}}));
  EXPECT_EQ(firing.series_count, 2U);
  EXPECT_EQ(firing.series.front().labels, pod("b"));

  evaluation = evaluate(rule, state, {{{pod("a"), 12}, {pod("b"), 1}}}, kStart + 15s);
  EXPECT_EQ(evaluation.firing.front().labels, pod("a"));
  EXPECT_TRUE(evaluation.cleared.empty()) << "it resolves with the last of its series";

  evaluation = evaluate(rule, state, {{{pod("a"), 1}, {pod("b"), 1}}}, kStart + 30s);
  ASSERT_EQ(evaluation.cleared.size(), 1U);
  EXPECT_EQ(evaluation.cleared.front().reason, kRecovered);
}

TEST(Evaluator, TheWorstIsTheSmallestWhereTheThresholdLooksDown) {
  Rule rule = rule_above_ten();
  rule.grades = {{Severity::sev2, *parse_threshold("< 10")}};
  rule.incident_by = {"service"};
  RuleState state;
  const Evaluation evaluation = evaluate(rule, state, {{{pod("a"), 3}, {pod("b"), 7}}}, kStart);
  EXPECT_EQ(evaluation.firing.front().value, 3);
}

TEST(Evaluator, ListsAtMostTwentySeriesAndCountsAll) {
  Rule rule = rule_above_ten();
  rule.incident_by = {"service"};
  Answer answer;
  for (int index = 0; index < 30; ++index) answer.samples.push_back({pod(std::to_string(index)), 11.0 + index});
  RuleState state;
  const Evaluation evaluation = evaluate(rule, state, answer, kStart);
  EXPECT_EQ(evaluation.firing.front().series.size(), 20U);
  EXPECT_EQ(evaluation.firing.front().series_count, 30U);
  EXPECT_EQ(evaluation.firing.front().series.front().value, 40);
}

TEST(Evaluator, SaysWhenTheSeriesIsGone) {
  Rule rule = rule_above_ten();
  rule.missing = 0s;
  RuleState state;
  evaluate(rule, state, {{{pod("a"), 12}}}, kStart);
  const Evaluation evaluation = evaluate(rule, state, {}, kStart + 15s);
  ASSERT_EQ(evaluation.cleared.size(), 1U);
  EXPECT_EQ(evaluation.cleared.front().reason, kSeriesGone);
  EXPECT_EQ(evaluation.cleared.front().value, 12);
}

TEST(Evaluator, AnEmptyAnswerForForOpensAnIncidentOfItsOwnWithNoDataOpen) {
  Rule rule = rule_above_ten();
  rule.no_data_opens = true;
  rule.for_duration = 15s;
  RuleState state;
  EXPECT_TRUE(evaluate(rule, state, {}, kStart).firing.empty());
  Evaluation evaluation = evaluate(rule, state, {}, kStart + 15s);
  ASSERT_EQ(evaluation.firing.size(), 1U);
  EXPECT_EQ(evaluation.firing.front().key.get(kNoDataLabel), "true");
  EXPECT_TRUE(std::isnan(evaluation.firing.front().value));
  evaluation = evaluate(rule, state, {{{pod("a"), 1}}}, kStart + 30s);
  ASSERT_EQ(evaluation.cleared.size(), 1U);
  EXPECT_EQ(evaluation.cleared.front().reason, kRecovered);
}

TEST(Evaluator, AnAnswerWhoseSeriesWereLeftOutIsNotEmpty) {
  Rule rule = rule_above_ten();
  rule.no_data_opens = true;
  RuleState state;
  EXPECT_TRUE(evaluate(rule, state, {.samples = {}, .left_out = true}, kStart).firing.empty());
  EXPECT_FALSE(evaluate(rule, state, {}, kStart + 15s).firing.empty());
}

TEST(Evaluator, IsConcernedByWhatBreachesAndByWhatHasState) {
  const Rule rule = rule_above_ten();
  RuleState state;
  evaluate(rule, state, {{{pod("a"), 12}}}, kStart);
  const auto concerned = [&](const Labels& series, double value) {
    const std::vector<Labels::Pair> pairs(series.begin(), series.end());
    return concerns(rule, state, LabelPairs(pairs), value);
  };
  EXPECT_TRUE(concerned(pod("a"), 1));
  EXPECT_TRUE(concerned(pod("b"), 11));
  EXPECT_FALSE(concerned(pod("b"), 1));
}

TEST(Evaluator, OnlyChangedSeriesAreToBeWritten) {
  Rule rule = rule_above_ten();
  RuleState state;
  EXPECT_EQ(evaluate(rule, state, {{{pod("a"), 12}}}, kStart).changed.size(), 1U);
  EXPECT_TRUE(evaluate(rule, state, {{{pod("a"), 13}}}, kStart + 15s).changed.empty());
  EXPECT_EQ(evaluate(rule, state, {{{pod("a"), 1}}}, kStart + 30s).changed.size(), 1U);
}

}  // namespace
}  // namespace tocsin
