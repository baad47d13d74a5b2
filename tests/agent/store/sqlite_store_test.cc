#include "agent/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/store/sqlite_reader.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<IncidentId> ids(const std::vector<Incident>& incidents) {
  std::vector<IncidentId> found;
  found.reserve(incidents.size());
  for (const Incident& incident : incidents) found.push_back(incident.id);
  return found;
}

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override { open(":memory:"); }

  void open(const std::string& path) {
    store_.reset();
    auto opened = SqliteStore::open(path);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = std::move(*opened);
  }

  void commit(const Change& change) {
    const auto committed = store_->commit(change);
    ASSERT_TRUE(committed) << committed.error().text;
  }

  Stored load(Timestamp resolved_since = from_unix_ms(0)) { return store_->load(resolved_since).value(); }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteStoreTest, LoadsWhatIsNotResolvedOrResolvedRecentlyOrStillToBeTold) {
  Change change;
  change.incidents = {resolved_incident(1, from_unix_ms(99)),
                      resolved_incident(2, from_unix_ms(100)),
                      resolved_incident(3, from_unix_ms(50)),
                      full_incident(4),
                      full_incident(5),
                      resolved_incident(6, from_unix_ms(50))};
  change.incidents[4].state = IncidentState::open;
  change.deliveries = {full_delivery(1, 3), full_delivery(2, 6)};
  change.deliveries[1].state = DeliveryState::delivered;
  change.told = {full_told(1), full_told(2), full_told(3), full_told(4)};
  commit(change);

  const Stored stored = load(from_unix_ms(100));
  EXPECT_THAT(ids(stored.incidents), ElementsAre(2, 3, 4, 5));
  std::vector<IncidentId> told;
  told.reserve(stored.told.size());
  for (const Told& one : stored.told) told.push_back(one.incident);
  EXPECT_THAT(told, ElementsAre(2, 3, 4));
}

std::vector<Incident> unannounced_incidents() {
  std::vector<Incident> incidents;
  for (IncidentId id = 1; id <= 3; ++id) incidents.push_back(resolved_incident(id, from_unix_ms(10)));
  incidents[0].announced = std::nullopt;
  incidents[1].announced->state = IncidentState::acknowledged;
  incidents[2].announced->flaps = incidents[2].flaps - 1;
  return incidents;
}

TEST_F(SqliteStoreTest, LoadsWhatIsOverAndNotAnnouncedAsSuchHoweverOldItIs) {
  Change change{.incidents = unannounced_incidents()};
  change.incidents.push_back(resolved_incident(4, from_unix_ms(10)));
  commit(change);
  EXPECT_THAT(ids(load(from_unix_ms(100)).incidents), ElementsAre(1, 2, 3));
}

TEST_F(SqliteStoreTest, BehindAStepOfTheClockTheLatestOfAKeyIsLoadedWithTheOneBefore) {
  Change change{.alive_at = from_unix_ms(500)};
  change.incidents = {resolved_incident(1, from_unix_ms(1000)), resolved_incident(2, from_unix_ms(200)),
                      resolved_incident(3, from_unix_ms(300)), resolved_incident(4, from_unix_ms(300))};
  change.incidents[3].key = {{"service", "another"}};
  commit(change);
  EXPECT_THAT(ids(load(from_unix_ms(600)).incidents), ElementsAre(1, 3));
}

TEST_F(SqliteStoreTest, LoadsWaitingDeliveriesOnlyAndInOrder) {
  Change change{.incidents = {full_incident(1)}};
  int64_t id = 6;
  for (const DeliveryState state : {DeliveryState::held, DeliveryState::pending, DeliveryState::sending,
                                    DeliveryState::delivered, DeliveryState::collapsed, DeliveryState::failed}) {
    change.deliveries.push_back(full_delivery(id--, 1));
    change.deliveries.back().state = state;
  }
  commit(change);
  std::vector<DeliveryState> states;
  for (const Delivery& delivery : load().deliveries) states.push_back(delivery.state);
  EXPECT_THAT(states, ElementsAre(DeliveryState::sending, DeliveryState::pending, DeliveryState::held));
}

TEST_F(SqliteStoreTest, AReopenedIncidentIsLoadedWhateverItsOldResolution) {
  commit({.incidents = {resolved_incident(1, from_unix_ms(5))}});
  Incident reopened = full_incident(1);
  reopened.state = IncidentState::open;
  reopened.resolved_at = std::nullopt;
  commit({.incidents = {reopened}});
  EXPECT_THAT(ids(load(from_unix_ms(100)).incidents), ElementsAre(1));
}

TEST_F(SqliteStoreTest, ReplacesRowsByTheirKeysAndKeepsWhatBelongsToThem) {
  commit({.incidents = {full_incident(1)},
          .timeline = {full_timeline_entry(1)},
          .deliveries = {full_delivery(1, 1)},
          .told = {full_told(1)}});
  Incident changed = full_incident(1);
  changed.flaps = 9;
  Delivery tried = full_delivery(1, 1);
  tried.attempts = 8;
  Told told = full_told(1);
  told.remembered = {{"ts", "2"}};
  commit({.incidents = {changed}, .deliveries = {tried}, .told = {told}});

  const auto record = SqliteReader(store_->location()).get(1);
  ASSERT_TRUE(record) << record.error().text;
  expect_same(record->incident, changed);
  EXPECT_EQ(record->timeline.size(), 1u);
  ASSERT_EQ(record->deliveries.size(), 1u);
  expect_same(record->deliveries[0], tried);
  ASSERT_EQ(load().told.size(), 1u);
  expect_same(load().told[0], told);
}

TEST_F(SqliteStoreTest, DeletesSeriesThatBecameInactive) {
  commit({.series = {full_series("A", "one"), full_series("A", "two")}});
  SeriesRecord inactive = full_series("A", "one");
  inactive.state.grades.assign(3, {});
  commit({.series = {inactive}});
  const Stored stored = load();
  ASSERT_EQ(stored.series.size(), 1u);
  EXPECT_EQ(stored.series[0].labels.get("instance"), "two");
}

TEST_F(SqliteStoreTest, ForgetsARuleWithItsSeries) {
  commit({.series = {full_series("A", "one"), full_series("B", "one")},
          .rules = {{"A", from_unix_ms(1)}, {"B", from_unix_ms(2)}}});
  commit({.forgotten_rules = {"A"}});
  const Stored stored = load();
  ASSERT_EQ(stored.series.size(), 1u);
  EXPECT_EQ(stored.series[0].rule, "B");
  EXPECT_THAT(stored.rules, ElementsAre(RuleRecord{"B", from_unix_ms(2)}));
}

TEST_F(SqliteStoreTest, ARuleForgottenAndBegunAnewInOneChangeIsKept) {
  commit({.series = {full_series("A", "old")}, .rules = {{"A", from_unix_ms(1)}}});
  commit({.series = {full_series("A", "new")}, .rules = {{"A", from_unix_ms(2)}}, .forgotten_rules = {"A"}});
  const Stored stored = load();
  ASSERT_EQ(stored.series.size(), 1u);
  EXPECT_EQ(stored.series[0].labels.get("instance"), "new");
  EXPECT_THAT(stored.rules, ElementsAre(RuleRecord{"A", from_unix_ms(2)}));
}

TEST_F(SqliteStoreTest, ANoteOnAnIncidentThatIsNotThereStopsNothing) {
  Change change;
  change.timeline = {full_timeline_entry(7)};
  change.incidents = {full_incident(1)};
  commit(change);
  EXPECT_THAT(ids(load().incidents), ElementsAre(1));
}

TEST_F(SqliteStoreTest, AChangeThatFailsInTheMiddleLeavesNothing) {
  commit({.incidents = {full_incident(1)}, .alive_at = from_unix_ms(1)});
  Change change{.incidents = {full_incident(2)}, .alive_at = from_unix_ms(2)};
  change.deliveries = {full_delivery(1, 2), full_delivery(2, 404)};
  const auto committed = store_->commit(change);
  ASSERT_FALSE(committed);
  EXPECT_THAT(committed.error().text, HasSubstr("FOREIGN KEY"));

  EXPECT_THAT(ids(load().incidents), ElementsAre(1));
  EXPECT_EQ(load().alive_at, from_unix_ms(1));
  change.deliveries.pop_back();
  commit(change);
  EXPECT_THAT(ids(load().incidents), ElementsAre(1, 2));
}

TEST_F(SqliteStoreTest, PrunesOldResolvedIncidentsOldestFirstUpToTheLimit) {
  commit({.incidents = {resolved_incident(1, from_unix_ms(30)), resolved_incident(2, from_unix_ms(10)),
                        resolved_incident(3, from_unix_ms(20)), resolved_incident(4, from_unix_ms(40)),
                        full_incident(5)}});
  EXPECT_EQ(store_->prune(from_unix_ms(40), 2).value(), 2u);
  EXPECT_THAT(ids(load().incidents), ElementsAre(1, 4, 5));
  EXPECT_EQ(store_->prune(from_unix_ms(40), 2).value(), 1u);
  EXPECT_EQ(store_->prune(from_unix_ms(40), 2).value(), 0u);
  EXPECT_THAT(ids(load().incidents), ElementsAre(4, 5));
}

TEST_F(SqliteStoreTest, PrunesAllThatBelongsToAnIncident) {
  Delivery delivered = full_delivery(1, 1);
  delivered.state = DeliveryState::delivered;
  const Incident old = resolved_incident(1, from_unix_ms(10));
  commit({.incidents = {old}, .timeline = {full_timeline_entry(1)}, .deliveries = {delivered}, .told = {full_told(1)}});
  EXPECT_EQ(store_->prune(from_unix_ms(40), 10).value(), 1u);

  commit({.incidents = {old}});
  const auto record = SqliteReader(store_->location()).get(1);
  ASSERT_TRUE(record) << record.error().text;
  EXPECT_THAT(record->timeline, IsEmpty());
  EXPECT_THAT(record->deliveries, IsEmpty());
  EXPECT_THAT(load().told, IsEmpty());
}

TEST_F(SqliteStoreTest, DoesNotPruneWhatIsStillToBeTold) {
  commit({.incidents = {resolved_incident(1, from_unix_ms(10))}, .deliveries = {full_delivery(1, 1)}});
  EXPECT_EQ(store_->prune(from_unix_ms(40), 10).value(), 0u);
}

TEST_F(SqliteStoreTest, DoesNotPruneWhatIsNotAnnounced) {
  commit({.incidents = unannounced_incidents()});
  EXPECT_EQ(store_->prune(from_unix_ms(40), 10).value(), 0u);
}

TEST_F(SqliteStoreTest, NeverGivesAnIdTwice) {
  open(folder_.file());
  Delivery delivered = full_delivery(9, 5);
  delivered.state = DeliveryState::delivered;
  commit({.incidents = {resolved_incident(4, from_unix_ms(1)), resolved_incident(5, from_unix_ms(1))},
          .deliveries = {delivered}});
  ASSERT_EQ(store_->prune(from_unix_ms(2), 10).value(), 2u);
  open(folder_.file());
  EXPECT_THAT(load().incidents, IsEmpty());
  EXPECT_EQ(load().next_incident, 6);
  EXPECT_EQ(load().next_delivery, 10);
}

TEST_F(SqliteStoreTest, InMemoryStoresAreApartFromEachOther) {
  commit({.incidents = {full_incident(1)}});
  auto other = SqliteStore::open(":memory:");
  ASSERT_TRUE(other) << other.error().text;
  EXPECT_THAT((*other)->load(from_unix_ms(0)).value().incidents, IsEmpty());
}

TEST_F(SqliteStoreTest, ANamedMemoryDatabaseOutlivesItsStoreWhileAnyoneHasItOpen) {
  const std::string name = "file:/tocsin-named?vfs=memdb";
  open(name);
  commit({.incidents = {full_incident(1)}});
  auto other = SqliteStore::open(name);
  ASSERT_TRUE(other) << other.error().text;
  store_.reset();
  EXPECT_THAT(ids((*other)->load(from_unix_ms(0)).value().incidents), ElementsAre(1));
}

}  // namespace
}  // namespace tocsin
