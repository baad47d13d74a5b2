// Conversation: what one notifier was told of one incident and what waits to be told, in order. The functions are the
// whole policy of the outbox: they are pure and know no clock.
#pragma once

#include <optional>
#include <vector>

#include "agent/outbox/delivery.h"

namespace tocsin {

struct Conversation {
  Told told;
  std::vector<Delivery> waiting;  // in order; the first is the next to be sent
};

/// A delivery to be queued; the outbox gives it its id.
struct Word {
  NotificationKind kind = NotificationKind::open;
  Severity severity = Severity::sev3;
  std::optional<Severity> previous_severity;
  Timestamp at;
};

/// Whether the other side will take the incident for open once all that waits has been sent.
bool ends_open(const Conversation& conversation);

/// Adds an opening. One opening in a `dedup_window`: a further one is held until the window is over. An opening that
/// waits already says it all; it only takes the new severity.
void add_opening(Conversation& conversation, const Word& word, Duration dedup_window);

/// Adds a rise of severity, which is never held back: a held opening becomes due, one that waits takes the severity.
void add_escalation(Conversation& conversation, const Word& word);

/// Adds anything else at the end.
void add(Conversation& conversation, const Word& word);

/// A fall of severity takes back an untold rise.
void take_back_escalation(Conversation& conversation, Severity severity);

/// Once an incident is resolved: openings and whatever else was not sent collapse, and the resolve with them, unless
/// the other side may have seen an opening. What is being sent at the moment stays.
void settle_resolved(Conversation& conversation);

/// The opening was given up, and nobody has seen it: a rise of severity that waits is the opening now, and what only
/// goes on with what was never told collapses.
void begin_anew(Conversation& conversation);

/// What an accepted (or possibly accepted) delivery makes the other side believe.
void heard(Told& told, NotificationKind kind);

}  // namespace tocsin
