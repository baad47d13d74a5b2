// news: what is to be told about an incident: the difference between what was announced and what is.
#pragma once

#include <vector>

#include "agent/incident/incident.h"
#include "notifiers/notification.h"

namespace tocsin {

/// In the order in which it is to be told; empty where nothing is new.
/// Looking at two states instead of at every step between is what lets ticks that are read again after an outage be
/// told as one: an incident that opened and resolved meanwhile is `past`, one still open is `open`.
std::vector<NotificationKind> news(const Incident& incident);

/// What `incident` says now, to be kept as announced.
Announced announcement(const Incident& incident);

}  // namespace tocsin
