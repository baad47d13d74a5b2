// SimClock: time that only moves when the simulation says so.
#pragma once

#include "agent/base/clock.h"

namespace tocsin::sim {

class SimClock final : public Clock {
 public:
  explicit SimClock(Timestamp start) : wall_(start) {}
  Timestamp now() const override { return wall_; }
  Instant steady() const override { return steady_; }

  void advance(Duration by) {
    if (by <= Duration{0}) return;
    steady_ += by;
    wall_ += by + by * drift_ / 1000;
  }
  /// From here on the wall clock gains so much, in thousandths; less than none: it loses.
  void drift(int per_mille) { drift_ = per_mille; }
  /// The wall clock alone: set by hand, or forward by a machine that slept.
  void set(Duration by) { wall_ += by; }

 private:
  int drift_ = 0;
  Timestamp wall_;
  Instant steady_{Duration{1'000'000}};
};

}  // namespace tocsin::sim
