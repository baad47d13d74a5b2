#include "agent/incident/incident_book.h"

#include <gtest/gtest.h>

#include "tests/agent/evaluate/life.h"

namespace tocsin {
namespace {

const Timestamp kStart = from_unix_ms(1'000'000'000'000);

/// One series of one rule, and the book that its ticks fill.
class IncidentBookTest : public testing::Test {
 protected:
  IncidentBook::Events tick(Timestamp at, double value) {
    const Answer answer{{{Labels{{"instance", "a"}}, value}}};
    return book_.apply(rule_, evaluate(rule_, state_, answer, at), surroundings_, at, draft_);
  }
  IncidentBook::Events resolve_by_hand(Timestamp at) { return *book_.resolve(1, "ann", "", at, draft_); }

  Rule rule_ = rule_above_ten();
  RuleState state_;
  IncidentBook book_;
  Surroundings surroundings_{.labels = {{"cluster", "staging"}}, .external_url = ""};
  Draft draft_;
};

TEST_F(IncidentBookTest, ABreachWithinTheDedupWindowReopensTheSameIncident) {
  tick(kStart, 12);
  tick(kStart + 15s, 1);
  const auto events = tick(kStart + 5min, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().kind, IncidentEvent::Kind::reopened);
  EXPECT_EQ(book_.get(1).flaps, 1);
  EXPECT_EQ(book_.get(1).state, IncidentState::open);
}

TEST_F(IncidentBookTest, PastTheDedupWindowANewIncidentOpens) {
  tick(kStart, 12);
  tick(kStart + 15s, 1);
  const auto events = tick(kStart + 15s + rule_.dedup_window, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().incident, 2);
}

TEST_F(IncidentBookTest, TheResolveOfTheLastIncidentToldLateDoesNotEndTheNext) {
  rule_.dedup_window = 0s;
  tick(kStart, 12);
  tick(kStart + 15s, 1);
  surroundings_.is_untold = [](IncidentId id) { return id == 1; };
  tick(kStart + 30s, 12);
  EXPECT_EQ(book_.get(2).dedup_key, book_.get(1).dedup_key + " INC-2");
  tick(kStart + 45s, 1);
  tick(kStart + 60s, 12);
  EXPECT_EQ(book_.get(3).dedup_key, book_.get(1).dedup_key + " INC-3") << "the first may still not be told";
}

TEST_F(IncidentBookTest, TheLatestOfAKeyIsForgottenLast) {
  rule_.dedup_window = 0s;
  for (const Duration at : {0s, 30s}) {
    tick(kStart + at, 12);
    tick(kStart + at + 15s, 1);
  }
  const auto forget = [this](IncidentId id) {
    book_.forget_if([id](const Incident& incident, bool /*is_latest*/) { return incident.id == id; });
  };
  forget(2);
  ASSERT_TRUE(book_.find(2)) << "or the first would be taken for the latest, and reopened";
  forget(1);
  EXPECT_FALSE(book_.find(1));
  forget(2);
  EXPECT_FALSE(book_.find(2));
}

TEST_F(IncidentBookTest, AClockSetBackBehindAResolutionMakesNoWindowLonger) {
  tick(kStart, 12);
  tick(kStart + 15s, 1);
  book_.set_back(3min);
  const auto events = tick(kStart + 15s + rule_.dedup_window - 3min, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().incident, 2);
}

TEST_F(IncidentBookTest, WhatATickFromBeforeAClockSetBackHasEndedDoesNotReopen) {
  tick(kStart + 1h, 12);
  tick(kStart + 1h + 15s, 1);
  const auto events = tick(kStart, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().incident, 2);
}

TEST_F(IncidentBookTest, AClockSetBackBehindAResolveByHandMakesItsRestNoLonger) {
  for (const Duration back : {Duration{3min}, Duration{1h}}) {
    SCOPED_TRACE(format_duration(back));
    book_ = IncidentBook();
    state_ = RuleState();
    tick(kStart - 2h, 12);
    resolve_by_hand(kStart);
    book_.set_back(back);
    EXPECT_TRUE(tick(kStart - back + 15s, 12).empty());
    EXPECT_TRUE(tick(kStart - back + 5min - 1s, 12).empty());
    EXPECT_EQ(tick(kStart - back + 5min, 12).size(), 1U);
  }
}

TEST_F(IncidentBookTest, WhatBreachesAnewAfterAClockSetBackDoesNotRest) {
  tick(kStart, 12);
  resolve_by_hand(kStart + 1s);
  tick(kStart + 15s, 1);
  book_.set_back(3min);
  EXPECT_EQ(tick(kStart + 30s - 3min, 12).size(), 1U);
}

TEST_F(IncidentBookTest, WhatWasResolvedByAClockThatIsSetBackSinceRestsFromTheRestart) {
  tick(kStart - 1h, 12);
  resolve_by_hand(kStart + 1h);
  IncidentBook restored;
  restored.restore({book_.get(1)}, 2, kStart);
  book_ = std::move(restored);
  EXPECT_TRUE(tick(kStart + 15s, 12).empty());
  EXPECT_EQ(tick(kStart + 5min, 12).size(), 1U) << "what breaches is not hidden for an hour";
}

TEST_F(IncidentBookTest, WhatIsReadAgainOfTheTimeBeforeAResolveByHandRests) {
  tick(kStart, 12);
  resolve_by_hand(kStart + 30min);
  EXPECT_TRUE(tick(kStart + 15s, 12).empty());
  EXPECT_TRUE(tick(kStart + 30min, 12).empty());
  EXPECT_EQ(tick(kStart + 35min, 12).size(), 1U);
}

TEST_F(IncidentBookTest, PastTheWindowTheKeyIsTheSameOnceAllIsTold) {
  rule_.dedup_window = 0s;
  for (const Duration at : {0s, 30s}) {
    tick(kStart + at, 12);
    tick(kStart + at + 15s, 1);
  }
  EXPECT_EQ(book_.get(2).dedup_key, book_.get(1).dedup_key);
}

TEST_F(IncidentBookTest, WhatAPersonResolvedRestsWhileTheSameBreachGoesOn) {
  rule_.dedup_window = 0s;
  tick(kStart, 12);
  resolve_by_hand(kStart + 1s);
  EXPECT_TRUE(tick(kStart + 15s, 12).empty());
  EXPECT_TRUE(tick(kStart + 5min, 12).empty());
  const auto events = tick(kStart + 6min, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().incident, 2) << "a condition that goes on is not hidden for ever";
}

TEST_F(IncidentBookTest, ANewBreachAfterAResolveByHandIsAFlap) {
  tick(kStart, 12);
  resolve_by_hand(kStart + 1s);
  tick(kStart + 15s, 1);
  const auto events = tick(kStart + 30s, 12);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().kind, IncidentEvent::Kind::reopened);
}

TEST_F(IncidentBookTest, SeverityMovesOneIncident) {
  rule_.grades = {{Severity::sev3, *parse_threshold("> 10")}, {Severity::sev1, *parse_threshold("> 50")}};
  tick(kStart, 12);
  EXPECT_EQ(book_.get(1).severity, Severity::sev3);
  const auto events = tick(kStart + 15s, 60);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().kind, IncidentEvent::Kind::severity);
  EXPECT_EQ(book_.get(1).severity, Severity::sev1);
  EXPECT_EQ(book_.get(1).threshold, "> 50");
}

TEST_F(IncidentBookTest, BeyondMaxIncidentsNoFurtherOneOpensUntilThereIsRoom) {
  rule_.max_incidents = 2;
  rule_.dedup_window = 0s;
  const auto answer = [](double first) {
    return Answer{
        {{Labels{{"instance", "a"}}, first}, {Labels{{"instance", "b"}}, 12}, {Labels{{"instance", "c"}}, 12}}};
  };
  const auto events = [&](Timestamp at, double first) {
    return book_.apply(rule_, evaluate(rule_, state_, answer(first), at), surroundings_, at, draft_).size();
  };
  EXPECT_EQ(events(kStart, 12), 2U);
  EXPECT_EQ(book_.left_out().at("High"), 1U);
  EXPECT_EQ(events(kStart + 15s, 1), 1U) << "one resolves";
  EXPECT_EQ(events(kStart + 30s, 1), 1U) << "the one left out opens";
  EXPECT_TRUE(book_.left_out().empty());
  EXPECT_EQ(book_.get(3).key.get("instance"), "c");
}

TEST_F(IncidentBookTest, RestoredIncidentsCountForTheLimit) {
  rule_.max_incidents = 1;
  tick(kStart, 12);
  IncidentBook restored;
  restored.restore({book_.get(1)}, 2, kStart);
  RuleState state;
  const Answer other{{{Labels{{"instance", "b"}}, 12}}};
  EXPECT_TRUE(restored.apply(rule_, evaluate(rule_, state, other, kStart), surroundings_, kStart, draft_).empty());
  EXPECT_EQ(restored.left_out().at("High"), 1U);
  restored.resolve_all("High", "rule removed", kStart, draft_);
  EXPECT_TRUE(restored.left_out().empty());
}

TEST_F(IncidentBookTest, TheDedupKeyNamesTheGlobalLabelsAndNotTheRulesOwn) {
  rule_.labels = Rule::NamedTemplates{{"team", *Template::parse("value {{ $value }}")}};
  tick(kStart, 12);
  EXPECT_EQ(book_.get(1).dedup_key, R"(High{cluster="staging",instance="a"})");
  EXPECT_EQ(book_.get(1).labels.get("team"), "value 12");
  tick(kStart + 15s, 13);
  EXPECT_EQ(book_.get(1).labels.get("team"), "value 13");
  EXPECT_EQ(book_.all().size(), 1U);
}

TEST_F(IncidentBookTest, WhoActsOnWhatIsNotThereIsTold) {
  tick(kStart, 12);
  EXPECT_EQ(book_.acknowledge(7, "ann", "", kStart, draft_).error().code, ErrorCode::not_found);
  EXPECT_EQ(book_.note(0, "ann", "x", kStart, draft_).error().code, ErrorCode::not_found);
  resolve_by_hand(kStart + 1s);
  EXPECT_EQ(book_.acknowledge(1, "ann", "", kStart + 2s, draft_).error().code, ErrorCode::conflict);
}

TEST_F(IncidentBookTest, TheTimelineHoldsTheEvidenceOfEveryTransition) {
  tick(kStart, 12);
  tick(kStart + 15s, 1);
  ASSERT_EQ(draft_.timeline.size(), 2U);
  EXPECT_EQ(draft_.timeline[0].text, R"(SEV2: 12 > 10 for 0s, {instance="a"})");
  EXPECT_EQ(draft_.timeline[1].text, R"(recovered: {instance="a"} is at 1)");
}

}  // namespace
}  // namespace tocsin
