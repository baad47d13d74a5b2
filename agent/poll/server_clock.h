// ServerClock: how far the clock of this machine is ahead of Prometheus's. A query is asked for a time: one that
// Prometheus has not reached yet finds nothing there, and one that is long past finds what was, not what is. Neither is
// evidence. The `Date` of an answer (RFC 9110, 6.6.1) costs nothing, but may be a proxy's: where it surprises,
// Prometheus itself is asked, and what it says counts.
#pragma once

#include <optional>

#include "agent/base/time.h"
#include "agent/poll/answer.h"
#include "agent/poll/clock_record.h"

namespace tocsin {

/// Asked for no time, Prometheus says what it has for the present one.
inline constexpr std::string_view kClockQuery = "time()";

/// What an answer to that says; nullopt: nothing, as the server is another one.
std::optional<Timestamp> clock_time(const Answer& answer);

class ServerClock {
 public:
  ServerClock() = default;
  /// As the last process knew it.
  explicit ServerClock(const ClockRecord& record) : known_(record) {}

  /// Less than none: it is behind. 0 where it is nearer than limits::kClockBackMax, which no query minds.
  Duration ahead() const { return known_.ahead; }
  const ClockRecord& record() const { return known_; }
  /// Whether the `date` of an answer, to what was sent at `sent` and is in hand at `taken` by this machine's clock,
  /// says another difference than the last that Prometheus was asked about. Without a date it says that there is none.
  bool surprises(std::optional<Timestamp> date, Timestamp sent, Timestamp taken);
  /// Prometheus was asked about it, and says that it is `time`; nullopt: it does not say, and is taken to agree as
  /// before. Returns by how much this machine's clock has gained on it.
  Duration learn(std::optional<Timestamp> time, Timestamp sent, Timestamp taken);

 private:
  ClockRecord known_;
  Duration surprise_{0};  // what the date says now
};

}  // namespace tocsin
