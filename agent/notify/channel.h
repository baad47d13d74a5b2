// Channel: one configured notifier at work: what it may send now, and how its last tries went.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/engine/read_model.h"
#include "notifiers/notifier.h"
#include "notifiers/settings.h"

namespace tocsin {

/// A token bucket: `rate` per `per`, with a burst of `rate`.
class TokenBucket {
 public:
  explicit TokenBucket(std::optional<RateLimit> limit) : limit_(limit), tokens_(limit ? limit->rate : 0) {}
  /// Takes a token; false where none is left.
  bool take(Timestamp now);
  /// When the next token is there.
  Timestamp next(Timestamp now) const;

 private:
  void refill(Timestamp now);

  std::optional<RateLimit> limit_;
  double tokens_;
  std::optional<Timestamp> filled_at_;
};

/// Engine thread only.
struct Channel {
  Channel(const NotifierSettings& its_settings, std::unique_ptr<const Notifier> its_notifier);

  NotifierSettings settings;
  std::unique_ptr<const Notifier> notifier;
  TokenBucket bucket;
  std::optional<Timestamp> paused_until;  // the receiver is down or wants rest
  int pauses = 0;                         // in a row
  std::size_t in_flight = 0;
  NotifierStatus status;

  bool wants(NotificationKind kind) const;
  /// One that was down is asked by one request whether it is back.
  bool is_busy() const { return in_flight >= (pauses > 0 ? 1 : notifier->in_flight_max()); }
};

}  // namespace tocsin
