// ServerClock: how far the clock of this machine is ahead of Prometheus's, by the `Date` of its answers (RFC 9110,
// 6.6.1). A query is asked for a time: one that Prometheus has not reached yet finds nothing there, and one that is
// long past finds what was, not what is. Neither is evidence.
#pragma once

#include "agent/base/time.h"

namespace tocsin {

class ServerClock {
 public:
  /// Less than none: it is behind. 0 where it is nearer than limits::kClockBackMax, which no query minds.
  Duration ahead() const { return ahead_; }
  /// An answer of `date` to what was sent at `sent` and is in hand at `taken`, both by this machine's clock, and asked
  /// as if that were ahead by `supposed`. False: it is not, and what was asked was another time than was meant.
  bool hear(Timestamp date, Timestamp sent, Timestamp taken, Duration supposed);
  /// Whether it has heard anything yet.
  bool knows() const { return knows_; }

 private:
  Duration ahead_{0};
  bool knows_ = false;
};

}  // namespace tocsin
