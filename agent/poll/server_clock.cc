#include "agent/poll/server_clock.h"

#include <algorithm>
#include <chrono>

#include "agent/base/limits.h"

namespace tocsin {
namespace {

constexpr Duration kNear = limits::kClockBackMax;

/// What is certain, however long the request and the answer were on their way.
Duration certain(Timestamp time, Timestamp sent, Timestamp taken) {
  return std::clamp(Duration{0}, sent - time, taken - time);
}

}  // namespace

std::optional<Timestamp> clock_time(const Answer& answer) {
  if (answer.samples.size() != 1 || !answer.samples.front().labels.empty()) return std::nullopt;
  const double seconds = answer.samples.front().value;
  if (!(seconds > 1e9 && seconds < 1e11)) return std::nullopt;  // of this century, or the next ones
  return from_unix_ms(static_cast<int64_t>(seconds * 1000));
}

bool ServerClock::surprises(std::optional<Timestamp> date, Timestamp sent, Timestamp taken) {
  if (taken < sent) return false;  // the clock was set back by so little that nobody minds
  const Timestamp said = date.value_or(sent);
  if (known_.by_date >= sent - said - kNear && known_.by_date <= taken - said + kNear) return false;
  surprise_ = certain(said, sent, taken);
  return true;
}

Duration ServerClock::learn(std::optional<Timestamp> time, Timestamp sent, Timestamp taken) {
  known_.by_date = surprise_;
  if (!time || taken < sent) return Duration{0};
  Duration ahead = certain(*time, sent, taken);
  if (std::chrono::abs(ahead) <= kNear) ahead = Duration{0};
  if (std::chrono::abs(ahead - known_.ahead) <= kNear) return Duration{0};
  return ahead - std::exchange(known_.ahead, ahead);
}

}  // namespace tocsin
