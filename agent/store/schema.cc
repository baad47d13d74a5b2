#include "agent/store/schema.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/store/sqlite_connection.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {
namespace {

constexpr Migration kMigrations[] = {
// NOLINT: its length is the number of files
#include "migrations.inc"
};

constexpr int64_t kSmallBytesMax = 16LL << 20;

int64_t ask_number(SQLite::Database& database, const char* sql) {
  return database.execAndGet(sql).getInt64();
}

void check_owner(SQLite::Database& database, const std::string& location) {
  const int64_t owner = ask_number(database, "PRAGMA application_id");
  if (owner == kApplicationId) return;
  // A file without a mark and without tables is one whose creation was interrupted, or an empty one made beforehand.
  if (owner == 0 && ask_number(database, "SELECT count(*) FROM sqlite_master") == 0) return;
  throw StoreFault(
      fmt::format("store {}: the database belongs to another program (application_id {:#x}); give tocsin a "
                  "file of its own ([store] url), it does not touch this one",
                  location, owner),
      ErrorCode::invalid);
}

void check_version(SQLite::Database& database, const std::string& location, std::size_t known) {
  const int64_t version = ask_number(database, "PRAGMA user_version");
  if (version >= 0 && version <= static_cast<int64_t>(known)) return;
  throw StoreFault(fmt::format("store {}: written by a newer tocsin (schema {}, this one knows {}); run that version "
                               "again, or restore a backup from before the upgrade",
                               location, version, known),
                   ErrorCode::invalid);
}

/// SQLite notices where whole pages are missing at the end, but not where a part of the last one is.
void check_size(SQLite::Database& database, const std::string& location) {
  // What has not been copied from the log yet may have been written in part before a stop; the log has it whole.
  if (!is_file(location) || file_bytes(location + "-wal") > 0) return;
  const std::uintmax_t bytes = file_bytes(location);
  const auto page_bytes = static_cast<std::uintmax_t>(ask_number(database, "PRAGMA page_size"));
  if (bytes % page_bytes == 0) return;
  throw StoreFault(
      fmt::format("store {}: the database is damaged, or the file is no SQLite database: its size of {} "
                  "bytes is no multiple of its page size of {}; keep a copy, and restore a backup",
                  location, bytes, page_bytes));
}

void copy_before_upgrade(SQLite::Database& database, const std::string& location, int64_t version) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string copy = fmt::format("{}.schema-{}-{}.backup", location, version, now.time_since_epoch().count());
  SQLite::Statement vacuum(database, "VACUUM INTO ?");
  vacuum.bind(1, copy);
  vacuum.exec();
  log::info("store copied before its upgrade", {{"copy", copy}});
}

/// All that are missing, or none: whoever dies on the way leaves no store of an older schema.
void apply(SQLite::Database& database, const std::string& location, std::span<const Migration> migrations,
           std::size_t present) {
  const char* name = "";
  try {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    for (const Migration& migration : migrations.subspan(present)) {
      name = migration.name;
      database.exec(migration.sql);
    }
    database.exec(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, migrations.size()));
    transaction.commit();
  } catch (const SQLite::Exception& exception) {
    const Error error = sqlite_error(location, exception);
    throw StoreFault(fmt::format("migration {} failed, the store is as it was: {}", name, error.text), error.code);
  }
}

}  // namespace

std::span<const Migration> all_migrations() {
  return kMigrations;
}

bool is_small(SQLite::Database& database) {
  return ask_number(database, "PRAGMA page_count") * ask_number(database, "PRAGMA page_size") <= kSmallBytesMax;
}

void check_pages(SQLite::Database& database, const std::string& location, Look look) {
  const char* pragma = look == Look::pages ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)";
  const std::string verdict = database.execAndGet(pragma).getString();
  if (verdict == "ok") return;
  throw StoreFault(
      fmt::format("store {}: the database is damaged ({}); keep a copy of the file with its -wal, and "
                  "restore a backup",
                  location, one_line(verdict, limits::kErrorTextBytesMax)));
}

void check_database(SQLite::Database& database, const std::string& location, std::span<const Migration> migrations) {
  check_owner(database, location);
  check_version(database, location, migrations.size());
  check_size(database, location);
  if (is_small(database)) check_pages(database, location, Look::indexes);
}

void migrate(SQLite::Database& database, const std::string& location, std::span<const Migration> migrations) {
  const int64_t present = ask_number(database, "PRAGMA user_version");
  if (present == static_cast<int64_t>(migrations.size())) return;
  if (present > 0) copy_before_upgrade(database, location, present);
  apply(database, location, migrations, static_cast<std::size_t>(present));
  log::info(present == 0 ? "store created" : "store upgraded", {{"store", location}, {"schema", migrations.size()}});
}

}  // namespace tocsin
