// What is no store of this tocsin is refused with its name, the reason and a remedy, and stays as it is, byte for byte.
#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "agent/store/sqlite_store.h"
#include "tests/agent/store/records.h"

namespace tocsin {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the builders of this folder
using testing::HasSubstr;
using testing::Not;

class Refusal : public testing::Test {
 protected:
  /// A store with a few dozen pages, cleanly closed.
  void make_store() {
    auto store = SqliteStore::open(path_);
    ASSERT_TRUE(store) << store.error().text;
    Change change;
    for (IncidentId id = 1; id <= 200; ++id) change.incidents.push_back(full_incident(id));
    ASSERT_TRUE((*store)->commit(change));
  }

  void change_store(const std::string& sql) {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
  }

  void expect_refused(ErrorCode code, const std::string& text) {
    const std::string before = read_bytes(path_);
    const auto store = SqliteStore::open(path_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, code);
    EXPECT_THAT(store.error().text, HasSubstr(text));
    EXPECT_THAT(store.error().text, HasSubstr(path_));
    EXPECT_THAT(store.error().text, Not(HasSubstr("\n"))) << "an error is one line";
    EXPECT_TRUE(read_bytes(path_) == before) << "the file was changed";
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.file();
};

TEST_F(Refusal, ANewerSchema) {
  make_store();
  change_store("PRAGMA user_version = 7");
  expect_refused(ErrorCode::invalid, "written by a newer tocsin (schema 7, this one knows 2)");
}

TEST_F(Refusal, TheDatabaseOfAnotherProgram) {
  change_store("PRAGMA application_id = 252006674; CREATE TABLE theirs (a)");
  expect_refused(ErrorCode::invalid, "belongs to another program (application_id 0xf055112)");
}

TEST_F(Refusal, TheUnmarkedDatabaseOfAnotherProgram) {
  change_store("CREATE TABLE theirs (a)");
  expect_refused(ErrorCode::invalid, "belongs to another program");
}

TEST_F(Refusal, TheDatabaseOfAnotherProgramWithItsLog) {
  {
    SQLite::Database theirs(folder_.file("theirs.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    theirs.exec("PRAGMA journal_mode = WAL; CREATE TABLE theirs (a)");
    std::filesystem::copy_file(folder_.file("theirs.db"), path_);
    std::filesystem::copy_file(folder_.file("theirs.db-wal"), path_ + "-wal");
  }
  const std::string log = read_bytes(path_ + "-wal");
  ASSERT_FALSE(log.empty());
  expect_refused(ErrorCode::invalid, "belongs to another program");
  EXPECT_TRUE(read_bytes(path_ + "-wal") == log);
}

TEST_F(Refusal, AFileThatIsNoDatabase) {
  for (const int bytes : {1, 99, 100, 511, 512, 4095, 4096, 100'000}) {
    for (const char byte : {'x', '\0'}) {
      SCOPED_TRACE(bytes);
      write_bytes(path_, std::string(static_cast<std::size_t>(bytes), byte));
      expect_refused(ErrorCode::unavailable, "no SQLite database");
    }
  }
}

TEST_F(Refusal, ATruncatedFile) {
  make_store();
  const std::string whole = read_bytes(path_);
  for (const std::size_t bytes : {whole.size() - 1, whole.size() - 4096, whole.size() / 2, std::size_t{4096}}) {
    SCOPED_TRACE(bytes);
    write_bytes(path_, whole.substr(0, bytes));
    expect_refused(ErrorCode::unavailable, "damaged");
  }
}

TEST_F(Refusal, AFileWithAnOverwrittenPage) {
  make_store();
  std::string bytes = read_bytes(path_);
  bytes.replace(bytes.size() / 2, 4096, std::string(4096, '\xa5'));
  write_bytes(path_, bytes);
  expect_refused(ErrorCode::unavailable, "damaged");
}

/// By it rows would be missed that are there.
TEST_F(Refusal, AnIndexThatContradictsItsTable) {
  make_store();
  // While the schema does not name it, SQLite does not keep it.
  change_store(
      "PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'incidents_severity';"
      "DELETE FROM sqlite_schema WHERE name = 'incidents_severity'");
  change_store("UPDATE incidents SET severity = 'SEV4'");
  change_store("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept");
  change_store("DROP TABLE kept");
  expect_refused(ErrorCode::unavailable, "damaged (row 1 missing from index incidents_severity)");
}

TEST_F(Refusal, ALogWithoutItsDatabase) {
  write_bytes(path_ + "-wal", "committed work");
  const auto store = SqliteStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text, HasSubstr(path_ + "-wal holds data"));
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(read_bytes(path_ + "-wal"), "committed work");
}

TEST_F(Refusal, AFileThatCanOnlyBeRead) {
  make_store();
  const auto store = SqliteStore::open("file:" + path_ + "?mode=ro");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text, HasSubstr("it cannot be written; check the owner and the mode of the file"));
}

TEST_F(Refusal, ADirectory) {
  std::filesystem::create_directory(path_);
  const auto store = SqliteStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text, HasSubstr("cannot be opened"));
}

TEST_F(Refusal, AFolderThatDoesNotExist) {
  const auto store = SqliteStore::open(folder_.file("missing/tocsin.db"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::unavailable);
  EXPECT_THAT(store.error().text, HasSubstr("create the directory " + folder_.file("missing")));
}

TEST_F(Refusal, ARowThatDoesNotHoldWhatItShouldIsNamed) {
  make_store();
  change_store("UPDATE incidents SET labels = '{\"a\"' WHERE id = 7");
  auto store = SqliteStore::open(path_);
  ASSERT_TRUE(store) << store.error().text;
  const auto stored = (*store)->load(from_unix_ms(0));
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().text, HasSubstr("table incidents, row 7: column labels is not readable"));
}

TEST_F(Refusal, AWordThatThisTocsinDoesNotKnowIsNamed) {
  make_store();
  change_store("UPDATE incidents SET severity = 'SEV9' WHERE id = 7");
  auto store = SqliteStore::open(path_);
  ASSERT_TRUE(store) << store.error().text;
  const auto stored = (*store)->load(from_unix_ms(0));
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().text, HasSubstr("row 7: column severity holds \"SEV9\""));
}

TEST_F(Refusal, NotAnEmptyFileThatWasMadeBeforehand) {
  write_bytes(path_, "");
  EXPECT_TRUE(SqliteStore::open(path_));
}

TEST_F(Refusal, NotACreationThatWasInterruptedBeforeTheFirstTable) {
  change_store("PRAGMA journal_mode = WAL");
  EXPECT_TRUE(SqliteStore::open(path_));
}

TEST_F(Refusal, ASecondStoreInTheSameProcess) {
  const auto first = SqliteStore::open(path_);
  ASSERT_TRUE(first) << first.error().text;
  const auto second = SqliteStore::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

TEST_F(Refusal, ASecondStoreThroughASymbolicLink) {
  const auto first = SqliteStore::open(path_);
  ASSERT_TRUE(first) << first.error().text;
  std::filesystem::create_symlink(path_, folder_.file("link.db"));
  const auto second = SqliteStore::open(folder_.file("link.db"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

/// A child process that has the store open until it is killed.
class OtherProcess {
 public:
  explicit OtherProcess(const std::string& path) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) hold_store(path, ends[1]);
    char ready = '0';
    EXPECT_EQ(read(ends[0], &ready, 1), 1);
    EXPECT_EQ(ready, '1');
    close(ends[0]);
    close(ends[1]);
  }
  ~OtherProcess() { end(); }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  pid_t pid() const { return pid_; }

  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  [[noreturn]] static void hold_store(const std::string& path, int report) {
    const auto store = SqliteStore::open(path);
    const char ready = store ? '1' : '0';
    if (write(report, &ready, 1) != 1) _exit(1);
    while (true) pause();
  }

  pid_t pid_ = -1;
};

TEST_F(Refusal, ASecondProcessWithThePidOfTheFirstUntilThatIsGone) {
  OtherProcess first(path_);
  const auto second = SqliteStore::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_THAT(second.error().text, HasSubstr("in use by process " + std::to_string(first.pid()) + ";"));

  first.end();
  const auto third = SqliteStore::open(path_);
  EXPECT_TRUE(third) << third.error().text;
}

}  // namespace
}  // namespace tocsin
