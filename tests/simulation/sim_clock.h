// SimClock: time that only moves when the simulation says so.
#pragma once

#include "agent/base/clock.h"

namespace tocsin::sim {

class SimClock final : public Clock {
 public:
  explicit SimClock(Timestamp start) : wall_(start) {}
  Timestamp now() const override { return wall_; }
  Instant steady() const override { return steady_; }
  void advance_to(Timestamp at) {
    if (at <= wall_) return;
    steady_ += at - wall_;
    wall_ = at;
  }

 private:
  Timestamp wall_;
  Instant steady_{Duration{1'000'000}};
};

}  // namespace tocsin::sim
