// Every field of every record comes back as it was committed, over a restart.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "agent/store/sqlite_reader.h"
#include "agent/store/sqlite_store.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder

class RoundTrip : public testing::Test {
 protected:
  /// What load() returns after `change` and a restart.
  Stored restarted(const Change& change) {
    {
      auto store = SqliteStore::open(folder_.file());
      if (!store) {
        ADD_FAILURE() << store.error().text;
        return {};
      }
      const auto committed = (*store)->commit(change);
      EXPECT_TRUE(committed) << committed.error().text;
    }
    auto store = SqliteStore::open(folder_.file());
    if (!store) {
      ADD_FAILURE() << store.error().text;
      return {};
    }
    auto stored = (*store)->load(from_unix_ms(0));
    if (!stored) {
      ADD_FAILURE() << stored.error().text;
      return {};
    }
    return *stored;
  }

  TemporaryFolder folder_;
};

TEST_F(RoundTrip, AnEmptyStoreBeginsWithTheFirstIds) {
  const Stored stored = restarted({});
  EXPECT_TRUE(stored.incidents.empty());
  EXPECT_FALSE(stored.alive_at);
  EXPECT_EQ(stored.clock, ClockRecord{});
  EXPECT_EQ(restarted({.clock = {{-1h, 20min}}}).clock, (ClockRecord{-1h, 20min}));
  EXPECT_EQ(stored.next_incident, 1);
  EXPECT_EQ(stored.next_delivery, 1);
}

TEST_F(RoundTrip, KeepsEveryFieldOfAnIncident) {
  const Stored stored = restarted({.incidents = {full_incident(7)}});
  ASSERT_EQ(stored.incidents.size(), 1u);
  expect_same(stored.incidents[0], full_incident(7));
}

TEST_F(RoundTrip, KeepsAnIncidentWithNothingButItsDefaults) {
  Incident incident;
  incident.id = 1;
  const Stored stored = restarted({.incidents = {incident}});
  ASSERT_EQ(stored.incidents.size(), 1u);
  expect_same(stored.incidents[0], incident);
}

TEST_F(RoundTrip, KeepsInfiniteValues) {
  Incident incident = full_incident(1);
  incident.value = -std::numeric_limits<double>::infinity();
  const Stored stored = restarted({.incidents = {incident}});
  ASSERT_EQ(stored.incidents.size(), 1u);
  EXPECT_EQ(stored.incidents[0].value, incident.value);
}

TEST_F(RoundTrip, KeepsEveryStateAndSeverity) {
  Change change;
  for (const IncidentState state : {IncidentState::open, IncidentState::acknowledged, IncidentState::resolved}) {
    for (const Severity severity : {Severity::sev1, Severity::sev2, Severity::sev3, Severity::sev4}) {
      change.incidents.push_back(full_incident(std::ssize(change.incidents) + 1));
      change.incidents.back().state = state;
      change.incidents.back().severity = severity;
    }
  }
  const Stored stored = restarted(change);
  ASSERT_EQ(stored.incidents.size(), change.incidents.size());
  for (std::size_t index = 0; index < change.incidents.size(); ++index) {
    expect_same(stored.incidents[index], change.incidents[index]);
  }
}

TEST_F(RoundTrip, KeepsEveryFieldOfADelivery) {
  const Stored stored = restarted({.incidents = {full_incident(7)}, .deliveries = {full_delivery(11, 7)}});
  ASSERT_EQ(stored.deliveries.size(), 1u);
  expect_same(stored.deliveries[0], full_delivery(11, 7));
}

TEST_F(RoundTrip, ARiseThatHasBecomeTheOpeningStaysIt) {
  Delivery became = full_delivery(5, 7);
  ASSERT_EQ(became.kind, NotificationKind::escalate);
  became.kind = NotificationKind::open;
  became.previous_severity.reset();
  TemporaryFolder folder;
  auto store = SqliteStore::open(folder.file());
  ASSERT_TRUE(store) << store.error().text;
  ASSERT_TRUE((*store)->commit({.incidents = {full_incident(7)}, .deliveries = {full_delivery(5, 7)}}));
  ASSERT_TRUE((*store)->commit({.deliveries = {became}}));
  const auto stored = (*store)->load(from_unix_ms(0));
  ASSERT_TRUE(stored) << stored.error().text;
  ASSERT_EQ(stored->deliveries.size(), 1u);
  expect_same(stored->deliveries[0], became);
}

TEST_F(RoundTrip, KeepsEveryKindOfDelivery) {
  Change change{.incidents = {full_incident(1)}};
  for (const NotificationKind kind :
       {NotificationKind::open, NotificationKind::escalate, NotificationKind::deescalate, NotificationKind::acknowledge,
        NotificationKind::resolve, NotificationKind::reminder, NotificationKind::past, NotificationKind::test}) {
    change.deliveries.push_back(full_delivery(std::ssize(change.deliveries) + 1, 1));
    change.deliveries.back().kind = kind;
    change.deliveries.back().previous_severity = std::nullopt;
  }
  const Stored stored = restarted(change);
  ASSERT_EQ(stored.deliveries.size(), change.deliveries.size());
  for (std::size_t index = 0; index < change.deliveries.size(); ++index) {
    expect_same(stored.deliveries[index], change.deliveries[index]);
  }
}

TEST_F(RoundTrip, KeepsWhatNotifiersWereTold) {
  Told bare;
  bare.incident = 7;
  bare.notifier = "pager";
  const Stored stored = restarted({.incidents = {full_incident(7)}, .told = {full_told(7), bare}});
  ASSERT_EQ(stored.told.size(), 2u);
  expect_same(stored.told[0], bare);
  expect_same(stored.told[1], full_told(7));
}

TEST_F(RoundTrip, KeepsTheTimersOfSeriesAndRules) {
  SeriesRecord unseen = full_series("B", "two");
  unseen.labels = {};
  unseen.state.absent_since = std::nullopt;
  unseen.state.value = std::numeric_limits<double>::quiet_NaN();
  const std::vector<RuleRecord> rules{{"A", from_unix_ms(1'763'719'200'009), true}, {"B", std::nullopt, false}};
  const Stored stored =
      restarted({.series = {full_series("A", "one"), unseen}, .rules = rules, .alive_at = from_unix_ms(99)});
  ASSERT_EQ(stored.series.size(), 2u);
  expect_same(stored.series[0], full_series("A", "one"));
  expect_same(stored.series[1], unseen);
  EXPECT_EQ(stored.rules, rules);
  EXPECT_EQ(stored.alive_at, from_unix_ms(99));
}

TEST_F(RoundTrip, TurnsBytesThatAreNoUtf8IntoTheReplacementCharacter) {
  Incident incident = full_incident(1);
  incident.annotations = {{"summary", "half a character: \xc3"}};
  const Stored stored = restarted({.incidents = {incident}});
  ASSERT_EQ(stored.incidents.size(), 1u);
  EXPECT_EQ(stored.incidents[0].annotations[0].second, "half a character: \xef\xbf\xbd");
}

TEST_F(RoundTrip, TheReaderGivesAnIncidentWithItsTimelineAndDeliveriesInOrder) {
  auto store = SqliteStore::open(folder_.file());
  ASSERT_TRUE(store) << store.error().text;
  TimelineEntry second = full_timeline_entry(7);
  second.at = from_unix_ms(0);  // The clock went back; the order is that of what happened.
  Change change{.incidents = {full_incident(7), full_incident(8)},
                .timeline = {full_timeline_entry(7), second, full_timeline_entry(8)},
                .deliveries = {full_delivery(2, 7), full_delivery(1, 7), full_delivery(3, 8)}};
  ASSERT_TRUE((*store)->commit(change));
  const auto record = SqliteReader((*store)->location()).get(7);
  ASSERT_TRUE(record) << record.error().text;
  expect_same(record->incident, full_incident(7));
  ASSERT_EQ(record->timeline.size(), 2u);
  expect_same(record->timeline[0], full_timeline_entry(7));
  expect_same(record->timeline[1], second);
  ASSERT_EQ(record->deliveries.size(), 2u);
  expect_same(record->deliveries[0], full_delivery(1, 7));
  expect_same(record->deliveries[1], full_delivery(2, 7));
}

}  // namespace
}  // namespace tocsin
