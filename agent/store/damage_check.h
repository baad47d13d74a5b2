// DamageCheck: reads every page of a database in a thread of its own, as the engine cannot wait for a gigabyte.
// Inside agent/store only; throws SQLite::Exception and StoreFault.
#pragma once

#include <SQLiteCpp/Database.h>

#include <future>
#include <string>

#include "agent/base/result.h"

namespace tocsin {

class DamageCheck {
 public:
  /// It begins. `name` is what an error calls the file at `location`. REQUIRES: a writer is open.
  DamageCheck(const std::string& location, const std::string& name);
  /// Ends it where it is not over.
  ~DamageCheck();
  DamageCheck(const DamageCheck&) = delete;
  DamageCheck& operator=(const DamageCheck&) = delete;

  bool is_over() const;
  /// What was found. Where the system had no thread for it, it is done here. REQUIRES: is_over(); called once.
  Result<void> verdict() { return verdict_.get(); }

 private:
  SQLite::Database database_;  // its own: what is kept in memory by those that write would hide what the disk has
  std::future<Result<void>> verdict_;
};

}  // namespace tocsin
