// StoreLock: at most one process per store. An flock on `<database>.lock`, which holds the pid of its owner. The kernel
// drops the lock with the process, however it ends; the file stays, and means nothing without the lock.
#pragma once

#include <memory>
#include <string>

#include "agent/base/result.h"

namespace tocsin {

/// Any thread. Held until it is destroyed.
class StoreLock {
 public:
  /// ErrorCode::conflict, with the pid of the holder, where another process (or this one) has it.
  static Result<std::unique_ptr<StoreLock>> acquire(const std::string& database_path);

  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace tocsin
