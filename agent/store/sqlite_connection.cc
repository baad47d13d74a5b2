#include "agent/store/sqlite_connection.h"

#include <SQLiteCpp/Column.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "agent/store/schema.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {
namespace {

constexpr int64_t kLogBytesKept = 16LL << 20;  // of the -wal, once all of it has been copied into the database
constexpr int kCommonFlags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;

/// SQLite would create an empty database here and delete the -wal, which may hold everything that was committed.
void check_log(const std::string& path) {
  if (file_bytes(path) > 0 || file_bytes(path + "-wal") == 0) return;
  throw StoreFault(
      fmt::format("store {0}: the database is missing or empty, but its {0}-wal holds data; put the file "
                  "back that belongs to it, or move the -wal away to begin with an empty store",
                  path));
}

/// It costs a lock at each allocation, and nobody reads the sums. SQLite takes this before its first use only.
void leave_memory_uncounted() {
  static const int answer = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(answer);
}

void set_option(const SQLite::Database& database, int option, int value) {
  database.check(sqlite3_db_config(database.getHandle(), option, value, nullptr));
}

void check_writable(const SQLite::Database& database, const std::string& location) {
  if (sqlite3_db_readonly(database.getHandle(), "main") != 1) return;
  throw StoreFault(fmt::format("store {}: it cannot be written; check the owner and the mode of the file", location));
}

void use_write_ahead_log(SQLite::Database& database, const std::string& location) {
  const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
  // An in-memory database has no log and needs none.
  if (mode == "wal" || mode == "memory") return;
  throw StoreFault(
      fmt::format("store {}: SQLite cannot keep a write-ahead log there (journal_mode stays {}); the store "
                  "must be on a local file system, not on a network share",
                  location, mode));
}

/// What must hold before anything is written; sets nothing that would stay in the file.
void guard(SQLite::Database& database) {
  set_option(database, SQLITE_DBCONFIG_DEFENSIVE, 1);
  set_option(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  set_option(database, SQLITE_DBCONFIG_ENABLE_FKEY, 1);
}

}  // namespace

std::string database_location(const std::string& path) {
  if (path == ":memory:") {
    static std::atomic<int> count = 0;
    return fmt::format("file:/tocsin-{}?vfs=memdb", ++count);
  }
  if (!is_file(path)) return path;
  // One file has one location, also through a symbolic link: the lock's name is made of it.
  std::error_code error;
  const std::filesystem::path canonical =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  return error ? path : canonical.string();
}

std::uintmax_t file_bytes(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t bytes = std::filesystem::file_size(path, missing);
  return missing ? 0 : bytes;
}

uint64_t inode_of(const std::string& path) {
  struct stat file{};
  return ::stat(path.c_str(), &file) == 0 ? file.st_ino : 0;
}

bool is_file(const std::string& location) {
  return !location.starts_with("file:");
}

SQLite::Database open_writer(const std::string& location, Duration busy_timeout, int64_t pages_max) {
  if (is_file(location)) check_log(location);
  leave_memory_uncounted();
  SQLite::Database database(location, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kCommonFlags,
                            static_cast<int>(busy_timeout.count()));
  // Closing would copy the -wal into the file and delete it: not before it is known to be ours.
  set_option(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
  guard(database);
  check_database(database, location, all_migrations());
  check_writable(database, location);
  set_option(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0);
  // EXTRA: the journal under which the file becomes one with a log is gone for good before the log holds anything. If
  // it came back after a power cut, SQLite would roll back to an empty file.
  database.exec("PRAGMA synchronous = EXTRA");
  use_write_ahead_log(database, location);
  // FULL: a commit is on the disk when it returns, also if the power goes.
  database.exec("PRAGMA synchronous = FULL");
  database.exec(fmt::format("PRAGMA journal_size_limit = {}", kLogBytesKept));
  if (pages_max > 0) database.exec(fmt::format("PRAGMA max_page_count = {}", pages_max));
  migrate(database, location, all_migrations());
  return database;
}

SQLite::Database open_reader(const std::string& location, Duration busy_timeout) {
  SQLite::Database database(location, SQLITE_OPEN_READONLY | kCommonFlags, static_cast<int>(busy_timeout.count()));
  guard(database);
  return database;
}

bool has_moved(const SQLite::Database& database) {
  int moved = 0;
  const int code = sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

}  // namespace tocsin
