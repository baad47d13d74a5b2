#include "agent/outbox/conversation.h"

#include <algorithm>

namespace tocsin {
namespace {

bool ends_incident(NotificationKind kind) {
  return kind == NotificationKind::resolve || kind == NotificationKind::past;
}

bool unsent(const Delivery& delivery) {
  return delivery.state == DeliveryState::held || delivery.state == DeliveryState::pending;
}

Delivery* find_unsent(Conversation& conversation, NotificationKind kind) {
  const auto found = std::ranges::find_if(
      conversation.waiting, [kind](const Delivery& delivery) { return delivery.kind == kind && unsent(delivery); });
  return found == conversation.waiting.end() ? nullptr : &*found;
}

void collapse(Conversation& conversation, Delivery& delivery) {
  delivery.state = DeliveryState::collapsed;
  if (delivery.maybe_seen) heard(conversation.told, delivery.kind);
}

}  // namespace

void heard(Told& told, NotificationKind kind) {
  told.open = !ends_incident(kind);
}

bool ends_open(const Conversation& conversation) {
  bool open = conversation.told.open;
  for (const Delivery& delivery : conversation.waiting) {
    if (delivery.waiting()) open = !ends_incident(delivery.kind);
  }
  return open;
}

void add(Conversation& conversation, const Word& word) {
  Delivery delivery;
  delivery.incident = conversation.told.incident;
  delivery.notifier = conversation.told.notifier;
  delivery.kind = word.kind;
  delivery.severity = word.severity;
  delivery.previous_severity = word.previous_severity;
  delivery.at = word.at;
  delivery.waits_since = word.at;
  delivery.not_before = word.at;
  conversation.waiting.push_back(std::move(delivery));
}

void add_opening(Conversation& conversation, const Word& word, Duration dedup_window) {
  if (Delivery* waiting = find_unsent(conversation, NotificationKind::open)) {
    waiting->severity = word.severity;
    return;
  }
  add(conversation, word);
  Delivery& opening = conversation.waiting.back();
  std::optional<Timestamp>& last_opening = conversation.told.opening_at;
  // A clock set back must not hold an opening for longer than the window.
  if (last_opening && word.at < *last_opening + dedup_window && word.at >= *last_opening) {
    opening.state = DeliveryState::held;
    opening.not_before = *last_opening + dedup_window;
  } else {
    last_opening = word.at;
  }
}

void add_escalation(Conversation& conversation, const Word& word) {
  if (Delivery* opening = find_unsent(conversation, NotificationKind::open)) {
    opening->severity = word.severity;
    if (opening->state == DeliveryState::held) {
      opening->state = DeliveryState::pending;
      opening->not_before = word.at;
      conversation.told.opening_at = word.at;
    }
  } else if (Delivery* earlier = find_unsent(conversation, NotificationKind::escalate)) {
    earlier->severity = word.severity;
  } else {
    add(conversation, word);
  }
}

void take_back_escalation(Conversation& conversation, Severity severity) {
  Delivery* rise = find_unsent(conversation, NotificationKind::escalate);
  if (rise && !rise->maybe_seen && !worse(severity, rise->previous_severity.value_or(severity))) {
    rise->state = DeliveryState::collapsed;
  }
}

void begin_anew(Conversation& conversation) {
  for (Delivery& delivery : conversation.waiting) {
    if (!delivery.waiting()) continue;
    if (delivery.kind == NotificationKind::escalate) {
      delivery.kind = NotificationKind::open;
      delivery.previous_severity.reset();
    }
    if (delivery.kind == NotificationKind::open || delivery.kind == NotificationKind::past) return;
    delivery.state = DeliveryState::collapsed;
  }
}

void settle_resolved(Conversation& conversation) {
  const Delivery* under_way = nullptr;
  Delivery* resolve = nullptr;
  for (Delivery& delivery : conversation.waiting) {
    if (!delivery.waiting()) continue;  // ended in this very turn
    if (delivery.state == DeliveryState::sending) {
      under_way = &delivery;
    } else if (delivery.kind == NotificationKind::resolve && !resolve) {
      resolve = &delivery;
    } else if (delivery.kind != NotificationKind::past) {
      collapse(conversation, delivery);
    }
  }
  const bool open = under_way ? !ends_incident(under_way->kind) : conversation.told.open;
  if (resolve && !open) collapse(conversation, *resolve);
}

}  // namespace tocsin
