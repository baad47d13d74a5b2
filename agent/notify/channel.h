// Channel: one configured notifier at work: what it may send now, and how its last tries went.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/engine/read_model.h"
#include "notifiers/notifier.h"
#include "notifiers/settings.h"

namespace tocsin {

/// At most `rate` in any time of length `per`.
class RateWindow {
 public:
  explicit RateWindow(std::optional<RateLimit> limit) : limit_(limit) {}
  /// Counts one more; false where there is no room for it.
  bool take(Timestamp now);
  /// When there is room for the next.
  Timestamp next(Timestamp now) const;
  /// The clock was set back by that much.
  void set_back(Duration by);

 private:
  std::optional<RateLimit> limit_;
  std::deque<Timestamp> taken_;  // the latest, `rate` at the most
};

/// Engine thread only.
struct Channel {
  Channel(const NotifierSettings& its_settings, std::unique_ptr<const Notifier> its_notifier);

  NotifierSettings settings;
  std::unique_ptr<const Notifier> notifier;
  RateWindow pace;
  std::optional<Timestamp> paused_until;  // the receiver is down or wants rest
  int pauses = 0;                         // in a row
  std::size_t in_flight = 0;
  NotifierStatus status;

  bool wants(NotificationKind kind) const;
  bool is_paused(Timestamp now) const { return paused_until && now < *paused_until; }
  /// One that was down is asked by one request whether it is back.
  bool is_busy() const { return in_flight >= (pauses > 0 ? 1 : notifier->in_flight_max()); }
};

}  // namespace tocsin
