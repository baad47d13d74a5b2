// RecordingVfs: what SQLite asks of the files it writes, in order, so that a power cut at any moment can be played:
// what was synced is there, of the rest any part of any write may be.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/support/file_step.h"

namespace tocsin::test {

/// SQLite's default file system until stop(). One at a time, one thread.
class RecordingVfs {
 public:
  RecordingVfs();
  ~RecordingVfs() { stop(); }
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;

  /// REQUIRES: the databases that were opened meanwhile are closed.
  void stop();
  /// How many steps were taken so far: a moment.
  std::size_t now() const { return steps_.size(); }
  /// Writes into `folder` what a power cut at `moment` leaves of the files; `chance` decides over what was not synced.
  void cut_power(std::size_t moment, std::mt19937& chance, const std::filesystem::path& folder) const;

 private:
  using Kind = FileStep::Kind;
  struct Step {
    std::string file;  // its name without the folder
    FileStep done;
  };
  struct File;
  struct Methods;

  std::size_t synced(const std::string& file, std::size_t moment) const;

  sqlite3_vfs* system_;
  sqlite3_vfs own_;
  std::vector<Step> steps_;
};

}  // namespace tocsin::test
