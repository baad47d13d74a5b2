// TickGrid: the timestamps at which a query is evaluated: a fixed grid of its interval, shifted by a stable hash into
// one of 64 slots, so that rules spread over the interval and a restart does not move them.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/time.h"

namespace tocsin {

class TickGrid {
 public:
  /// REQUIRES: interval > 0. Rules with the same query and interval get the same grid.
  TickGrid(std::string_view query, Duration interval);

  Duration interval() const { return interval_; }
  /// The latest tick at or before `at`.
  Timestamp at_or_before(Timestamp at) const;
  /// The first tick after `at`.
  Timestamp after(Timestamp at) const { return at_or_before(at) + interval_; }

 private:
  Duration interval_;
  Duration offset_;
};

}  // namespace tocsin
