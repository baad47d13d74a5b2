// SimDisk: the disk of a simulated machine, in memory, as a file system of SQLite's (https://www.sqlite.org/vfs.html).
// It outlives the processes that use it, one after the other. What was not synced may be lost when the power goes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>

namespace tocsin::sim {

/// One thread at a time. It has to outlive the connections, also those of a process that has ended.
class SimDisk {
 public:
  SimDisk();
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  /// Of the database on it, as a URI.
  std::string database() const;

  /// The process will die at the nth write or sync from here on, unless it ends before. That write is not made, that
  /// sync is. So whatever the power leaves, a commit that fails for it is not on the disk, as the end of its record was
  /// never written, and one that succeeds is.
  void die_at(uint64_t nth) { left_ = nth; }
  bool has_died() const { return has_died_; }
  /// How often one has.
  uint64_t deaths() const { return deaths_; }

  /// Its locks are gone, and what it had open answers everything with an error.
  void end_process();
  /// Ends the process, and loses any part of what was not synced.
  void cut_power(std::mt19937 chance);
  /// Writes and the like that a power cut has lost, in whole or in part.
  uint64_t lost() const { return lost_; }

 private:
  struct File;
  struct Handle;
  struct Methods;

  /// There or not.
  std::shared_ptr<File> file(const std::string& path);
  bool dies();

  sqlite3_vfs own_;
  std::string name_;
  std::map<std::string, std::shared_ptr<File>> files_;  // by path
  uint64_t process_ = 0;                                // the present one
  uint64_t left_ = 0;                                   // writes and syncs until it dies; 0: it does not
  bool has_died_ = false;
  uint64_t deaths_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace tocsin::sim
