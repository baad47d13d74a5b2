#include "agent/poll/server_clock.h"

#include <algorithm>
#include <chrono>

#include "agent/base/limits.h"

namespace tocsin {

bool ServerClock::hear(Timestamp date, Timestamp sent, Timestamp taken, Duration supposed) {
  if (taken < sent) return true;  // the clock was set back meanwhile
  knows_ = true;
  constexpr Duration kNear = limits::kClockBackMax;
  const Duration least = sent - date, most = taken - date;  // the request or the answer may have been long on its way
  if (supposed >= least - kNear && supposed <= most + kNear) return true;
  Duration ahead = std::clamp(Duration{0}, least, most);
  if (std::chrono::abs(ahead) <= kNear) ahead = Duration{0};
  if (ahead == Duration{0} || std::chrono::abs(ahead - ahead_) > kNear) ahead_ = ahead;
  return false;
}

}  // namespace tocsin
