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
  /// The machine sleeps: its wall clock goes on.
  void go_on_asleep(Duration by) { wall_ += by; }
  /// By hand, the wall clock alone; by less than none: forward.
  void set_back(Duration by) {
    wall_ -= by;
    lost_ += by;
  }
  /// By how much it has been set back in all.
  Duration lost() const { return lost_; }
  /// What the wall clock would say if nobody had set it: the time of the world, in which faults come and go, and of
  /// Prometheus.
  Timestamp real() const { return wall_ + lost_; }

 private:
  int drift_ = 0;
  Timestamp wall_;
  Duration lost_{0};
  Instant steady_{Duration{1'000'000}};
};

}  // namespace tocsin::sim
