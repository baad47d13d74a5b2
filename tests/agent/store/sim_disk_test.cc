// The disk of the simulation: what was synced stays, of the rest nothing is certain, and the dead do not write.
#include "tests/simulation/sim_disk.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <optional>

#include "agent/store/sqlite_store.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using sim::SimDisk;

constexpr int kReadWrite = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;

std::size_t incidents_on(const SimDisk& disk) {
  auto store = SqliteStore::open(disk.database());
  EXPECT_TRUE(store) << store.error().text;
  return (*store)->load(from_unix_ms(0))->incidents.size();
}

/// An opening is committed, and another one while the power goes at the nth write or sync: on the disk is what the
/// commit said. Whether there were so many of them.
bool power_goes_at(uint64_t nth, std::size_t text_bytes) {
  SCOPED_TRACE(fmt::format("at write or sync {} of {} bytes", nth, text_bytes));
  SimDisk disk;
  bool committed = false, died = false;
  {
    auto store = SqliteStore::open(disk.database());
    EXPECT_TRUE(store) << store.error().text;
    EXPECT_TRUE((*store)->commit(opening(1, 10)));
    disk.die_at(nth);
    committed = (*store)->commit(opening(2, text_bytes)).has_value();
    died = disk.has_died();
    disk.cut_power(std::mt19937(static_cast<uint32_t>(nth)));
  }
  EXPECT_EQ(incidents_on(disk), committed ? 2U : 1U);
  return died;
}

TEST(SimDisk, HoldsAfterAPowerCutWhatTheCommitThatItStruckHasSaid) {
  uint64_t nth = 1;
  while (power_goes_at(nth, 100'000)) ++nth;
  EXPECT_GT(nth, 50U);
}

TEST(SimDisk, LosesNothingWhereThePowerGoesWhileTheLogIsCopiedIntoTheDatabase) {
  constexpr std::size_t kMoreThanTheLogHolds = 4'500'000;
  uint64_t nth = 1;
  while (power_goes_at(nth, kMoreThanTheLogHolds)) nth += 101;
  EXPECT_GT(nth, 3000U);
}

/// How many of the twenty rows that were committed there are after a power cut; nullopt: the file is damaged.
std::optional<int> rows_after_power_cut(const char* synchronous, uint32_t chance) {
  SimDisk disk;
  {
    SQLite::Database database(disk.database(), kReadWrite);
    database.exec("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
    database.exec(fmt::format("PRAGMA synchronous = {}", synchronous));
    for (int row = 0; row < 20; ++row) database.exec("INSERT INTO t VALUES (1)");
    disk.cut_power(std::mt19937(chance));
  }
  try {
    return SQLite::Database(disk.database(), kReadWrite).execAndGet("SELECT count(*) FROM t").getInt();
  } catch (const SQLite::Exception&) {
    return std::nullopt;
  }
}

TEST(SimDisk, LosesCommitsThatAreNotSynced) {
  for (uint32_t chance = 0; chance < 10; ++chance) {
    EXPECT_EQ(rows_after_power_cut("FULL", chance), 20);
    EXPECT_NE(rows_after_power_cut("OFF", chance), 20);
  }
}

TEST(SimDisk, KeepsWhatAKilledProcessHasWrittenAndTakesNothingMoreFromIt) {
  SimDisk disk;
  SQLite::Database killed(disk.database(), kReadWrite);
  killed.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
  killed.exec("BEGIN IMMEDIATE");
  disk.end_process();
  SQLite::Database next(disk.database(), kReadWrite);
  EXPECT_NE(killed.tryExec("INSERT INTO t VALUES (2); COMMIT"), SQLITE_OK);
  next.exec("INSERT INTO t VALUES (3)");
  EXPECT_EQ(next.execAndGet("SELECT sum(x) FROM t").getInt(), 4);
}

TEST(SimDisk, LetsOneWriteWhileOthersReadWhatWasThere) {
  SimDisk disk;
  SQLite::Database writer(disk.database(), kReadWrite);
  writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  SQLite::Database other(disk.database(), kReadWrite);
  SQLite::Statement count(other, "SELECT count(*) FROM t");
  writer.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  EXPECT_EQ(other.tryExec("BEGIN IMMEDIATE"), SQLITE_BUSY);
  ASSERT_TRUE(count.executeStep());
  EXPECT_EQ(count.getColumn(0).getInt(), 0);
  writer.exec("COMMIT");
  EXPECT_EQ(writer.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt(), 1);  // busy: somebody reads
  count.reset();
  EXPECT_EQ(writer.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt(), 0);
}

}  // namespace
}  // namespace tocsin
