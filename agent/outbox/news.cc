#include "agent/outbox/news.h"

namespace tocsin {

std::vector<NotificationKind> news(const Incident& incident) {
  const Announced before = incident.announced.value_or(Announced{.severity = incident.severity, .flaps = -1});
  const bool was_active = before.state != IncidentState::resolved;
  if (!was_active && incident.resolved()) {
    // It lived and ended between two announcements.
    return incident.flaps > before.flaps ? std::vector{NotificationKind::past} : std::vector<NotificationKind>{};
  }
  if (!was_active) return {NotificationKind::open};
  if (incident.resolved()) return {NotificationKind::resolve};
  std::vector<NotificationKind> kinds;
  if (worse(incident.severity, before.severity)) kinds.push_back(NotificationKind::escalate);
  if (worse(before.severity, incident.severity)) kinds.push_back(NotificationKind::deescalate);
  if (incident.state == IncidentState::acknowledged && before.state == IncidentState::open) {
    kinds.push_back(NotificationKind::acknowledge);
  }
  return kinds;
}

Announced announcement(const Incident& incident) {
  return {.state = incident.state, .severity = incident.severity, .flaps = incident.flaps};
}

}  // namespace tocsin
