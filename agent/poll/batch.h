// Batch: polls that are asked in one request, and what is learned of them where that fails.
#pragma once

#include <memory>
#include <vector>

#include "agent/base/time.h"

namespace tocsin {

/// A request that failed, while its parts are asked: which of its polls is to blame?
struct Halving {
  std::vector<std::size_t> members;        // polls of the request that failed first
  std::size_t parts_open = 1;              // requests that have not ended
  uint32_t largest_answered = 0;           // polls in the largest part that was answered
  std::vector<std::size_t> culprits = {};  // polls that were refused alone, or can only be asked alone
  std::vector<std::size_t> too_slow = {};  // polls that timed out alone
  bool conclusive = true;                  // all parts have been answered or refused
};

/// Polls to be asked now, in one request, for the same tick. One alone is asked for all ticks that it has not covered.
struct Batch {
  std::vector<std::size_t> polls;
  Timestamp tick;
  std::shared_ptr<Halving> part_of;  // null: it has not failed
};

}  // namespace tocsin
