// The schema of the database and its migrations: forward only, each in one transaction with the number it leads to.
// Inside agent/store only; throws SQLite::Exception and StoreFault.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <span>
#include <string>

namespace tocsin {

inline constexpr int32_t kApplicationId = 0x746f6373;  // "tocs": marks the file as tocsin's (PRAGMA application_id)

struct Migration {
  const char* name;
  const char* sql;
};

/// agent/store/migrations/*.sql in the order of their numbers; the n-th leads to schema n.
std::span<const Migration> all_migrations();

/// How thoroughly a database is looked at. Each reads all of it: some ten milliseconds for 16 MiB, more than a second
/// for a gigabyte; with the indexes about three times as long.
enum class Look {
  pages,    // quick_check
  indexes,  // integrity_check: an index has what its table has, too
};
/// Fault: damage.
void check_pages(SQLite::Database& database, const std::string& location, Look look);
/// Up to 16 MiB: nobody has to wait long for check_pages().
bool is_small(SQLite::Database& database);

/// Reads only. Faults: not an SQLite file, another program's database, a schema newer than `migrations`, damage: of a
/// small one any, of a larger one what opening it shows.
void check_database(SQLite::Database& database, const std::string& location, std::span<const Migration> migrations);

/// Brings the schema to the last migration. An older store is first copied to `<location>.schema-<n>-<unix
/// time>.backup`. REQUIRES: check_database passed.
void migrate(SQLite::Database& database, const std::string& location, std::span<const Migration> migrations);

}  // namespace tocsin
