#include "agent/store/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "agent/store/sqlite_error.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using testing::HasSubstr;

constexpr std::array<Migration, 3> kMigrations{{{"0001_one.sql", "CREATE TABLE one (a TEXT)"},
                                                {"0002_two.sql", "CREATE TABLE two (b TEXT); ALTER TABLE one ADD c"},
                                                {"0003_bad.sql", "CREATE TABLE three (d TEXT); CREATE TABLE one (a)"}}};

class SchemaTest : public testing::Test {
 protected:
  void migrate_to(std::size_t count) { migrate(database_, path_, std::span(kMigrations).first(count)); }
  int64_t number(const char* sql) { return database_.execAndGet(sql).getInt64(); }

  /// The copies that upgrades have left beside the store.
  std::vector<std::string> copies() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path_).parent_path())) {
      if (entry.path().extension() == ".backup") found.push_back(entry.path().string());
    }
    return found;
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.file();
  SQLite::Database database_{path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

TEST_F(SchemaTest, ANewStoreGetsEveryMigrationTheMarkAndNoCopy) {
  migrate_to(2);
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_EQ(number("PRAGMA application_id"), kApplicationId);
  EXPECT_TRUE(database_.tableExists("two"));
  EXPECT_TRUE(copies().empty());
}

TEST_F(SchemaTest, AnOlderStoreIsCopiedThenUpgradedWithItsRows) {
  migrate_to(1);
  database_.exec("INSERT INTO one VALUES ('kept')");
  migrate_to(2);
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_EQ(database_.execAndGet("SELECT a FROM one WHERE c IS NULL").getString(), "kept");

  ASSERT_EQ(copies().size(), 1u);
  SQLite::Database copy(copies()[0]);
  EXPECT_EQ(copy.execAndGet("PRAGMA user_version").getInt(), 1);
  EXPECT_EQ(copy.execAndGet("PRAGMA application_id").getInt(), kApplicationId);
  EXPECT_EQ(copy.execAndGet("SELECT a FROM one").getString(), "kept");
}

TEST_F(SchemaTest, AnUpToDateStoreIsLeftAlone) {
  migrate_to(2);
  const std::string before = read_bytes(path_);
  migrate_to(2);
  EXPECT_TRUE(read_bytes(path_) == before);
  EXPECT_TRUE(copies().empty());
}

TEST_F(SchemaTest, AMigrationThatFailsLeavesTheSchemaBeforeIt) {
  migrate_to(2);
  try {
    migrate_to(3);
    FAIL() << "the migration passed";
  } catch (const StoreFault& fault) {
    EXPECT_THAT(fault.error().text, HasSubstr("migration 0003_bad.sql failed, the store is as it was"));
    EXPECT_THAT(fault.error().text, HasSubstr("table one already exists"));
  }
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_FALSE(database_.tableExists("three"));
}

TEST_F(SchemaTest, ANewStoreIsMadeWholeOrNotAtAll) {
  EXPECT_THROW(migrate_to(3), StoreFault);
  EXPECT_EQ(number("PRAGMA user_version"), 0);
  EXPECT_FALSE(database_.tableExists("two"));
}

TEST_F(SchemaTest, WhatWaitsInTheFirstSchemaHasWaitedSinceItsChangeOfState) {
  migrate(database_, path_, all_migrations().first(1));
  database_.exec(
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO deliveries VALUES (1, 1, 'hook', 'open', 'pending', 'SEV1', NULL, 4000, 9000, 1, '', NULL, 0);"
      "INSERT INTO deliveries VALUES (2, 1, 'hook', 'open', 'delivered', 'SEV1', NULL, 5000, 9000, 1, '', 9500, 0)");
  migrate(database_, path_, all_migrations().first(2));
  EXPECT_EQ(number("SELECT waits_since FROM deliveries WHERE id = 1"), 4000);
  EXPECT_EQ(number("SELECT count(*) FROM deliveries"), 2);
}

TEST_F(SchemaTest, TheEmbeddedMigrationsAreNumberedInOrder) {
  ASSERT_FALSE(all_migrations().empty());
  for (std::size_t index = 0; index < all_migrations().size(); ++index) {
    EXPECT_EQ(std::stoul(all_migrations()[index].name), index + 1) << all_migrations()[index].name;
  }
}

}  // namespace
}  // namespace tocsin
