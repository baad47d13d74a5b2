// SqliteReader: the StoreReader over a store that this process has open.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/store/store_reader.h"

namespace SQLite {
class Database;
}

namespace tocsin {

/// An incident with all that belongs to it, of a store that is open; nullopt: there is none.
std::optional<IncidentRecord> read_record(SQLite::Database& database, IncidentId id);

/// Any thread, without a lock: each question has a connection of its own, closed with the answer, so that no reader
/// keeps the write-ahead log from being reset. Sees what is committed when the question is asked. A question does not
/// wait for commits; only over an in-memory database it does, and is `unavailable` after a second. So is one that takes
/// longer than `longest`: a thread of whoever asks would be gone meanwhile.
class SqliteReader final : public StoreReader {
 public:
  /// `location` is that of the open SqliteStore.
  explicit SqliteReader(const std::string& location, Duration longest = Duration{10'000})
      : location_(location), name_(std::filesystem::path(location).filename()), longest_(longest) {}

  Result<IncidentPage> list(const IncidentFilter& filter) override;
  Result<IncidentRecord> get(IncidentId id) override;

 private:
  const std::string location_;
  const std::string name_;  // of the file: who may read need not know where it is
  const Duration longest_;
};

}  // namespace tocsin
