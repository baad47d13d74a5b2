#include "agent/store/sqlite_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "agent/base/limits.h"
#include "agent/store/sqlite_store.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr IncidentId kCount = 60;

/// Of 60: every third resolved, every third acknowledged; two rules, four severities; openings two seconds apart.
Incident varied_incident(IncidentId id) {
  Incident incident = full_incident(id);
  incident.state = static_cast<IncidentState>(id % 3);
  incident.rule = id % 2 == 0 ? "Even" : "Odd";
  incident.severity = static_cast<Severity>(1 + id % 4);
  incident.opened_at = from_unix_ms(id * 2000);
  return incident;
}

/// On disk and in memory: the same answers.
class SqliteReaderTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    auto opened = SqliteStore::open(GetParam() ? folder_.file() : ":memory:");
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = std::move(*opened);
    Change change;
    for (IncidentId id = 1; id <= kCount; ++id) change.incidents.push_back(varied_incident(id));
    ASSERT_TRUE(store_->commit(change));
  }

  SqliteReader reader() const { return SqliteReader(store_->location()); }

  /// All pages of `filter`, in pages of `limit`.
  std::vector<IncidentId> all_pages(IncidentFilter filter, std::size_t limit) {
    filter.limit = limit;
    std::vector<IncidentId> found;
    do {
      const IncidentPage page = reader().list(filter).value();
      EXPECT_LE(page.incidents.size(), limit);
      for (const Incident& incident : page.incidents) found.push_back(incident.id);
      filter.before = page.next;
    } while (filter.before);
    return found;
  }

  static std::vector<IncidentId> expected(const std::function<bool(const Incident&)>& wanted) {
    std::vector<IncidentId> found;
    for (IncidentId id = kCount; id >= 1; --id) {
      if (wanted(varied_incident(id))) found.push_back(id);
    }
    return found;
  }

  void expect_list(const IncidentFilter& filter, const std::function<bool(const Incident&)>& wanted) {
    for (const unsigned limit : {1U, 7U, 20U, 60U, 1000U}) {
      SCOPED_TRACE(limit);
      EXPECT_EQ(all_pages(filter, limit), expected(wanted));
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Places, SqliteReaderTest, testing::Values(true, false),
                         [](const auto& place) { return place.param ? "OnDisk" : "InMemory"; });

TEST_P(SqliteReaderTest, PagesAreCompleteAndNewestFirst) {
  expect_list({}, [](const Incident&) { return true; });
}

TEST_P(SqliteReaderTest, FiltersByActive) {
  expect_list({.active_only = true}, [](const Incident& incident) { return !incident.resolved(); });
}

TEST_P(SqliteReaderTest, FiltersByState) {
  for (const IncidentState state : {IncidentState::open, IncidentState::acknowledged, IncidentState::resolved}) {
    expect_list({.state = state}, [&](const Incident& incident) { return incident.state == state; });
  }
}

TEST_P(SqliteReaderTest, FiltersBySeverity) {
  expect_list({.severity = Severity::sev1}, [](const Incident& one) { return one.severity == Severity::sev1; });
}

TEST_P(SqliteReaderTest, FiltersByRule) {
  expect_list({.rule = "Odd"}, [](const Incident& incident) { return incident.rule == "Odd"; });
}

TEST_P(SqliteReaderTest, FiltersByTimeOfOpeningInclusively) {
  const Timestamp since = from_unix_ms(40'000);
  expect_list({.since = since}, [&](const Incident& incident) { return incident.opened_at >= since; });
}

TEST_P(SqliteReaderTest, FindsEarlierOpeningsThatGotLaterNumbers) {
  Incident late = varied_incident(kCount + 1);
  late.opened_at = from_unix_ms(1000);
  ASSERT_TRUE(store_->commit({.incidents = {late}}));
  EXPECT_THAT(all_pages({.since = from_unix_ms(118'000)}, 100), ElementsAre(60, 59));
  EXPECT_THAT(all_pages({.since = from_unix_ms(1000)}, 100).size(), 61);
}

TEST_P(SqliteReaderTest, CombinesAllFilters) {
  const Timestamp since = from_unix_ms(20'000);
  expect_list({.active_only = true, .severity = Severity::sev2, .rule = "Odd", .since = since},
              [&](const Incident& incident) {
                return !incident.resolved() && incident.severity == Severity::sev2 && incident.rule == "Odd" &&
                       incident.opened_at >= since;
              });
}

TEST_P(SqliteReaderTest, AFullPageGoesOnInTheNext) {
  constexpr std::size_t kPerPage = 4;
  Change change;
  for (IncidentId id = 1; id <= kCount; ++id) {
    change.incidents.push_back(varied_incident(id));
    change.incidents.back().annotations = {{"description", std::string(limits::kIncidentPageBytesMax / kPerPage, 'x')}};
  }
  ASSERT_TRUE(store_->commit(change));
  EXPECT_EQ(reader().list({.limit = 100}).value().incidents.size(), kPerPage);
  expect_list({}, [](const Incident&) { return true; });
}

TEST_P(SqliteReaderTest, NothingFoundIsAnEmptyPageWithoutANext) {
  const IncidentPage page = reader().list({.since = from_unix_ms(1'000'000)}).value();
  EXPECT_THAT(page.incidents, IsEmpty());
  EXPECT_FALSE(page.next);
}

TEST_P(SqliteReaderTest, SeesWhatIsCommittedAfterItWasMade) {
  SqliteReader early = reader();
  EXPECT_EQ(early.get(kCount + 1).error().code, ErrorCode::not_found);
  ASSERT_TRUE(store_->commit({.incidents = {varied_incident(kCount + 1)}}));
  EXPECT_EQ(early.get(kCount + 1).value().incident.id, kCount + 1);
}

TEST_P(SqliteReaderTest, GivesUpWhatTakesTooLong) {
  Change more;
  for (IncidentId id = kCount + 1; id <= kCount + 1000; ++id) more.incidents.push_back(varied_incident(id));
  ASSERT_TRUE(store_->commit(more));
  const IncidentFilter none{.severity = Severity::sev2, .rule = "Even"};  // all of the rule are looked at
  EXPECT_TRUE(reader().list(none));
  const auto page = SqliteReader(store_->location(), Duration{0}).list(none);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::unavailable);
  EXPECT_THAT(page.error().text, testing::HasSubstr("took too long"));
}

TEST_P(SqliteReaderTest, NamesTheIncidentThatIsNotThere) {
  EXPECT_EQ(reader().get(404).error().text, "there is no incident INC-404");
}

/// In memory there is no log to read beside: a question may have to wait longer there than it does.
class SqliteReaderOnDiskTest : public SqliteReaderTest {};

INSTANTIATE_TEST_SUITE_P(Places, SqliteReaderOnDiskTest, testing::Values(true), [](const auto&) { return "OnDisk"; });

TEST_P(SqliteReaderOnDiskTest, ReadsFromOtherThreadsWhileTheWriterWrites) {
  std::atomic<bool> done = false;
  const auto read = [&] {
    while (!done) {
      const auto page = reader().list({});
      EXPECT_TRUE(page) << page.error().text;
      const auto record = reader().get(1);
      EXPECT_TRUE(record) << record.error().text;
    }
  };
  {
    const std::jthread one(read);
    const std::jthread two(read);
    for (IncidentId id = kCount + 1; id <= kCount + 100; ++id) {
      const auto committed = store_->commit({.incidents = {varied_incident(id)}});
      EXPECT_TRUE(committed) << committed.error().text;
    }
    done = true;
  }
}

TEST(SqliteReader, ReportsAStoreThatIsNotThere) {
  const TemporaryFolder folder;
  const auto page = SqliteReader(folder.file()).list({});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::unavailable);
  EXPECT_THAT(page.error().text, StartsWith("store tocsin.db: ")) << "and not where it is";
}

}  // namespace
}  // namespace tocsin
