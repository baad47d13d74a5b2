// ClockRecord: what the store keeps of the clock of Prometheus.
#pragma once

#include "agent/base/time.h"

namespace tocsin {

/// Less than none: it is behind.
struct ClockRecord {
  Duration ahead{0};    // this machine's clock, of Prometheus's
  Duration by_date{0};  // likewise of the date of its answers, when Prometheus was asked last
  friend bool operator==(const ClockRecord&, const ClockRecord&) = default;
};

}  // namespace tocsin
