// Delivery: an outbox row: one notification of one incident for one notifier. Committed with the state change that it
// announces; it ends as delivered, collapsed or failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/incident/incident.h"
#include "notifiers/notification.h"

namespace tocsin {

enum class DeliveryState {
  held,       // an opening inside the dedup window, due at not_before if still true then
  pending,    // due at not_before: never tried, or to be tried again
  sending,    // a try is under way; after a crash: may have been seen
  delivered,  // the other side has it
  collapsed,  // not sent: it was over, or a digest or a later word covers it
  failed,     // given up: refused, too old, or its notifier is gone
};
std::string_view delivery_state_text(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

struct Delivery {
  int64_t id = 0;  // order of creation; order of delivery per incident and notifier
  IncidentId incident = 0;
  std::string notifier;
  NotificationKind kind = NotificationKind::open;
  DeliveryState state = DeliveryState::pending;
  Severity severity = Severity::sev3;         // of the incident when this was queued
  std::optional<Severity> previous_severity;  // on escalate and deescalate
  Timestamp at;                               // of the state change
  Timestamp waits_since;                      // `at`, moved by what nobody could have tried it in
  Timestamp not_before;
  int attempts = 0;
  std::string last_error;
  std::optional<Timestamp> delivered_at;
  bool maybe_seen = false;  // a try ended without a clear answer: must not be collapsed

  bool waiting() const {
    return state == DeliveryState::held || state == DeliveryState::pending || state == DeliveryState::sending;
  }
};

/// What one notifier has been told of one incident (Alertmanager's notification log).
struct Told {
  IncidentId incident = 0;
  std::string notifier;
  bool open = false;  // its last word, as far as it has or may have seen one, says that the incident is not over
  std::optional<Timestamp> opening_at;      // when its last opening was queued: starts the dedup window
  std::optional<Duration> repeat_interval;  // of the route that led to it
  Timestamp last_at;                        // its last word was delivered or given up, or a reminder not wanted
  Remembered remembered;
};

}  // namespace tocsin
