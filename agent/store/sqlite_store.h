// SqliteStore: the Store in one SQLite file (docs/store.md). Write-ahead log with synchronous=FULL: what commit() has
// returned for survives a kill and a power cut. One process at a time, held by a lock file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/store/damage_check.h"
#include "agent/store/store.h"
#include "agent/store/store_lock.h"

namespace tocsin {

struct SqliteOptions {
  Duration busy_timeout{5000};  // how long to wait for a lock that another program holds
  int64_t pages_max = 0;        // the database does not grow beyond; 0: no bound but the disk
};

/// Engine thread only. Closing it leaves one file without a -wal, unless a reader is still open.
class SqliteStore final : public Store {
 public:
  /// `path` names a file, ":memory:", or a URI that begins with "file:" (no lock is taken for one).
  /// Creates the database where there is none and migrates an older one. What it cannot use it leaves as it is:
  ///   conflict     another process has the store (its pid is in the text)
  ///   invalid      another program's database, or one of a newer tocsin
  ///   unavailable  damage, no SQLite file, no directory, no permission, the disk
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, const SqliteOptions& options = {});

  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Result<Stored> load(Timestamp resolved_since) override;
  /// Errors are `unavailable`, name the file without its directory, and leave the store as it was; the next commit
  /// works again as soon as their cause is gone. A file that was deleted or replaced meanwhile is such an error too,
  /// and so is damage that look_for_damage() has found.
  Result<void> commit(const Change& change) override;
  /// Leaves incidents that still have a waiting delivery.
  Result<std::size_t> prune(Timestamp before, std::size_t incidents_max) override;
  /// Reads all of a file up to 16 MiB, which takes some ten milliseconds. A larger one is read beside, at the first
  /// call and then at each limits::kLooksForLargeDamage-th, and a later call has what was found.
  void look_for_damage() override;

  /// For SqliteReader: the absolute path or the URI.
  const std::string& location() const { return location_; }

 private:
  struct Connection;

  SqliteStore(std::string location, std::unique_ptr<StoreLock> lock, std::unique_ptr<Connection> connection);
  Result<void> check_file();
  bool has_other_log() const;
  void begin_damage_check();
  void take_verdict();

  std::string location_;
  std::string name_;                 // of the file, for whoever need not know where it is
  std::unique_ptr<StoreLock> lock_;  // before the connection, so that it is given back last
  std::unique_ptr<Connection> connection_;
  uint64_t log_;  // the -wal's inode; 0: there is none
  std::optional<Error> damage_;
  std::optional<DamageCheck> damage_check_;  // of a large file, under way
  std::size_t looks_for_damage_ = 0;
};

}  // namespace tocsin
