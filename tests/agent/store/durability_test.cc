// What commit() has returned for is kept, and what it has refused leaves no trace: over kills, full disks, write errors
// and files that vanish.
#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "agent/store/sqlite_connection.h"
#include "agent/store/sqlite_reader.h"
#include "agent/store/sqlite_store.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using testing::HasSubstr;
using testing::StartsWith;

/// One incident, one line of its timeline, one delivery: `id` for all.
Change opening(IncidentId id) {
  return {.incidents = {full_incident(id)},
          .timeline = {full_timeline_entry(id)},
          .deliveries = {full_delivery(id, id)},
          .alive_at = from_unix_ms(id)};
}

/// An opening with a text of 100 kB, to fill a disk with.
Change large_opening(IncidentId id) {
  Change change = opening(id);
  change.incidents[0].annotations = {{"description", std::string(100'000, 'x')}};
  return change;
}

class Durability : public testing::Test {
 protected:
  void open(const SqliteOptions& options = {}) {
    store_.reset();
    auto opened = SqliteStore::open(folder_.file(), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = std::move(*opened);
  }

  std::size_t count() { return store_->load(from_unix_ms(0)).value().incidents.size(); }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

/// Commits one opening after the other and writes the id of each that is committed into `report`, for ever.
[[noreturn]] void commit_until_killed(const std::string& path, int report) {
  const auto store = SqliteStore::open(path);
  if (!store) _exit(1);
  for (IncidentId id = 1;; ++id) {
    if (!(*store)->commit(opening(id))) _exit(2);
    if (write(report, &id, sizeof id) != sizeof id) _exit(3);
  }
}

/// The last id that a child reported before it was killed, at some moment after `reports_min` of them.
IncidentId last_report_of_a_killed_child(const std::string& path, int reports_min) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) commit_until_killed(path, ends[1]);
  close(ends[1]);
  IncidentId last = 0;
  int reports = 0;
  for (IncidentId id = 0; read(ends[0], &id, sizeof id) == sizeof id; last = id) {
    if (++reports == reports_min) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  return last;
}

TEST_F(Durability, AKillLosesNothingThatWasCommittedAndKeepsNoHalves) {
  for (const int reports_min : {1, 20, 100}) {
    SCOPED_TRACE(reports_min);
    const TemporaryFolder folder;
    const IncidentId reported = last_report_of_a_killed_child(folder.file(), reports_min);
    EXPECT_GE(reported, reports_min);

    auto store = SqliteStore::open(folder.file());
    ASSERT_TRUE(store) << store.error().text;
    const Stored stored = (*store)->load(from_unix_ms(0)).value();
    // One more may have been committed and not reported.
    EXPECT_GE(std::ssize(stored.incidents), reported);
    EXPECT_LE(std::ssize(stored.incidents), reported + 1);
    ASSERT_EQ(stored.deliveries.size(), stored.incidents.size());
    EXPECT_EQ(stored.alive_at, from_unix_ms(std::ssize(stored.incidents)));
    const auto record = SqliteReader((*store)->location()).get(stored.incidents.back().id);
    ASSERT_TRUE(record) << record.error().text;
    EXPECT_EQ(record->timeline.size(), 1u);
  }
}

TEST_F(Durability, TheWriterWaitsForTheDiskAtEachCommit) {
  SQLite::Database database = open_writer(folder_.file(), Duration{5000}, 0);
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2);
  EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
  EXPECT_EQ(database.execAndGet("PRAGMA trusted_schema").getInt(), 0);
  EXPECT_EQ(database.execAndGet("PRAGMA busy_timeout").getInt(), 5000);
  EXPECT_EQ(database.execAndGet("PRAGMA application_id").getInt(), 0x746f6373);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
  EXPECT_EQ(database
                .execAndGet("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND "
                            "name NOT LIKE 'sqlite_%' AND NOT strict")
                .getInt(),
            0);
}

TEST_F(Durability, AReaderCannotWrite) {
  open();
  SQLite::Database reader = open_reader(store_->location(), Duration{1000});
  EXPECT_THROW(reader.exec("DELETE FROM incidents"), SQLite::Exception);
}

TEST_F(Durability, ACleanCloseLeavesOneFileAndTheLock) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  EXPECT_TRUE(std::filesystem::exists(folder_.file("tocsin.db-wal")));
  store_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_.file("tocsin.db-wal")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("tocsin.db-shm")));
  EXPECT_TRUE(std::filesystem::exists(folder_.file("tocsin.db.lock")));
}

TEST_F(Durability, AFullDiskRefusesTheWholeChangeUntilThereIsRoom) {
  open({.pages_max = 200});
  IncidentId id = 0;
  Result<void> committed;
  do {
    Change change = large_opening(++id);
    change.incidents[0].state = IncidentState::resolved;
    change.incidents[0].resolved_at = from_unix_ms(id);
    change.incidents[0].announced = Announced{IncidentState::resolved, Severity::sev1, change.incidents[0].flaps};
    change.deliveries.clear();
    committed = store_->commit(change);
  } while (committed && id < 100);
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
  EXPECT_THAT(committed.error().text, HasSubstr("the disk is full"));
  EXPECT_THAT(committed.error().text, StartsWith("store tocsin.db: ")) << "and not where it is";
  EXPECT_EQ(count(), static_cast<std::size_t>(id - 1));
  EXPECT_EQ(store_->load(from_unix_ms(0))->alive_at, from_unix_ms(id - 1));

  ASSERT_TRUE(store_->prune(from_unix_ms(id - 1), 100));
  const auto again = store_->commit(large_opening(id));
  EXPECT_TRUE(again) << again.error().text;
  EXPECT_EQ(count(), 2u);
}

/// While it lives, no file of this process can grow beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(Durability, AWriteErrorRefusesTheWholeChangeAndTheNextOneWorks) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  {
    const FileSizeLimit limit(std::filesystem::file_size(folder_.file("tocsin.db-wal")) + 8000);
    const auto committed = store_->commit(large_opening(2));
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
    EXPECT_THAT(committed.error().text, HasSubstr("reading or writing failed"));
  }
  EXPECT_EQ(count(), 1u);
  const auto again = store_->commit(large_opening(2));
  EXPECT_TRUE(again) << again.error().text;
  open();
  EXPECT_EQ(count(), 2u);
}

TEST_F(Durability, ALockHeldByAnotherProgramRefusesTheChangeUntilItIsGone) {
  open({.busy_timeout = Duration{1}});
  SQLite::Database other(folder_.file(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const auto committed = store_->commit(opening(1));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
  EXPECT_THAT(committed.error().text, HasSubstr("another program holds it locked"));
  other.exec("ROLLBACK");
  EXPECT_TRUE(store_->commit(opening(1)));
}

TEST_F(Durability, DamageRefusesTheChangeUntilTheFileIsAsItWas) {
  open();
  open();  // closing has put all of it into the one file
  std::fstream file(folder_.file(), std::ios::in | std::ios::out | std::ios::binary);
  std::string page(4096, '\0');
  file.seekg(4096).read(page.data(), 4096);
  file.seekp(4096) << std::string(4096, '\xa5') << std::flush;
  store_->look_for_damage();
  const auto refused = store_->commit(opening(1));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, StartsWith("store tocsin.db: the database is damaged"));
  file.seekp(4096) << page << std::flush;
  EXPECT_FALSE(store_->commit(opening(1))) << "it has not looked again";
  store_->look_for_damage();
  EXPECT_TRUE(store_->commit(opening(1)));
}

/// Its bytes are read beside, so a look only begins that, and a later one has the result.
TEST_F(Durability, DamageOfALargeFileIsFoundToo) {
  open();
  for (IncidentId id = 1; id <= 180; ++id) ASSERT_TRUE(store_->commit(large_opening(id)));
  open();
  constexpr std::streamoff kInTheMiddle = std::streamoff{2000} * 4096;
  std::fstream file(folder_.file(), std::ios::in | std::ios::out | std::ios::binary);
  std::string page(4096, '\0');
  file.seekg(kInTheMiddle).read(page.data(), 4096);
  ASSERT_GT(std::filesystem::file_size(folder_.file()), 16U << 20);
  file.seekp(kInTheMiddle) << std::string(4096, '\xa5') << std::flush;
  const auto look_until = [&](bool takes) {
    for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;) {
      store_->look_for_damage();
      if (store_->commit(opening(1)).has_value() == takes) return true;
    }
    return false;
  };
  ASSERT_TRUE(look_until(false));
  EXPECT_THAT(store_->commit(opening(1)).error().text, StartsWith("store tocsin.db: the database is damaged"));
  file.seekp(kInTheMiddle) << page << std::flush;
  EXPECT_TRUE(look_until(true));
}

TEST_F(Durability, ADeletedFileIsNoticedAtTheNextCommit) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  std::filesystem::remove(folder_.file());
  const auto committed = store_->commit(opening(2));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
  EXPECT_THAT(committed.error().text, HasSubstr("deleted or replaced"));
  EXPECT_FALSE(store_->prune(from_unix_ms(0), 1));
  EXPECT_FALSE(std::filesystem::exists(folder_.file()));
  // Whoever puts the file back needs its log.
  store_.reset();
  EXPECT_GT(file_bytes(folder_.file("tocsin.db-wal")), 0u);
}

TEST_F(Durability, ADeletedLogIsNoticedAtTheNextCommitAndWhatItHeldIsKept) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  std::filesystem::remove(folder_.file("tocsin.db-wal"));
  const auto committed = store_->commit(opening(2));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::unavailable);
  EXPECT_THAT(committed.error().text, HasSubstr("its -wal was deleted or replaced"));
  // As after a kill: nothing that the process still holds is needed.
  const std::string copy = folder_.file("copy.db");
  std::filesystem::copy_file(folder_.file(), copy);
  SQLite::Database database(copy);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM incidents").getInt(), 1);
}

TEST_F(Durability, AnotherLogInThePlaceOfTheOwnIsNotTouched) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  std::filesystem::remove(folder_.file("tocsin.db-wal"));
  write_bytes(folder_.file("tocsin.db-wal"), "another log");
  EXPECT_FALSE(store_->commit(opening(2)));
  store_->look_for_damage();
  store_.reset();
  EXPECT_EQ(read_bytes(folder_.file("tocsin.db-wal")), "another log");
}

TEST_F(Durability, AFileThatTookTheStoresPlaceIsNotTouched) {
  open();
  ASSERT_TRUE(store_->commit(opening(1)));
  std::filesystem::rename(folder_.file(), folder_.file("away.db"));
  std::filesystem::rename(folder_.file("tocsin.db-wal"), folder_.file("away.db-wal"));
  write_bytes(folder_.file(), "another database");
  write_bytes(folder_.file("tocsin.db-wal"), "another log");
  EXPECT_FALSE(store_->commit(opening(2)));
  store_.reset();
  EXPECT_EQ(read_bytes(folder_.file()), "another database");
  EXPECT_EQ(read_bytes(folder_.file("tocsin.db-wal")), "another log");

  auto moved = SqliteStore::open(folder_.file("away.db"));
  ASSERT_TRUE(moved) << moved.error().text;
  EXPECT_EQ((*moved)->load(from_unix_ms(0)).value().incidents.size(), 1u);
}

}  // namespace
}  // namespace tocsin
