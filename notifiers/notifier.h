// Notifier: renders what goes out and classifies what came back. Does no I/O and keeps no state, so that each is tested
// as bytes; what must be kept between calls is handed over in Notification::remembered.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/base/limits.h"
#include "agent/http/request.h"
#include "notifiers/notification.h"

namespace tocsin {

/// What a notifier makes of a Response.
struct Verdict {
  enum class Outcome {
    accepted,  // the other side has it
    more,      // this step is done (remember it), build() again for the next one
    retry,     // later; `after` if the other side said when
    refused,   // never: 400, 401, 403, 404, 410, SMTP 5xx, redirects
  };
  Outcome outcome = Outcome::accepted;
  std::string reason{};             // for people: log, timeline, last_error; never holds a secret
  std::optional<Duration> after{};  // with retry
  bool pause_notifier = false;      // with retry: the receiver as a whole is down or wants rest, not this one message
  bool maybe_seen = false;          // with retry or refused: the other side may have accepted it all the same
  Remembered remember{};            // merged into what is remembered for this incident and notifier
};

/// Immutable, any thread.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Kinds that this receiver is told of; the others are never queued for it.
  virtual bool wants(NotificationKind kind) const = 0;
  virtual bool can_digest() const { return false; }
  /// Requests that may be under way to it at a time. After a crash each of them is doubtful.
  virtual std::size_t in_flight_max() const { return limits::kInFlightPerNotifierMax; }
  virtual Outgoing build(const Notification& notification) const = 0;
  virtual Verdict judge(const Notification& notification, const Response& response) const = 0;
};

}  // namespace tocsin
