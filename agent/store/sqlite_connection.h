// Connections to the store's database, and how they are set up.
// Inside agent/store only; throws SQLite::Exception and StoreFault.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>

#include "agent/base/time.h"

namespace tocsin {

/// What SQLite opens for a configured path: the absolute path of a file, or the URI of a named in-memory database that
/// readers of the same process can open too. ":memory:" gives a new one each time; "file:..." is taken as it is.
std::string database_location(const std::string& path);
bool is_file(const std::string& location);
/// 0 where there is no such file. Never opens it: closing it again would end SQLite's own locks on it (POSIX).
std::uintmax_t file_bytes(const std::string& path);
/// Which file that is; 0 where there is none.
uint64_t inode_of(const std::string& path);

/// The one connection that writes: checked, set up for durability and migrated. The caller has the store's lock.
/// Creates the database where there is none; leaves one that it refuses as it is.
SQLite::Database open_writer(const std::string& location, Duration busy_timeout, int64_t pages_max);

/// Sees what is committed. Cheap to open: one for each question. REQUIRES: a writer is open.
SQLite::Database open_reader(const std::string& location, Duration busy_timeout);

/// The file is no longer where it was opened: deleted or replaced. Costs one stat().
bool has_moved(const SQLite::Database& database);

}  // namespace tocsin
