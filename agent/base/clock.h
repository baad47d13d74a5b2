// The one source of time: everything else takes `now` as an argument.
#pragma once

#include "agent/base/time.h"

namespace tocsin {

/// Any thread. The simulation gives its own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;   // wall, may jump
  virtual Instant steady() const = 0;  // never goes back
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Instant steady() const override;
};

}  // namespace tocsin
