// snapshot: an incident as one notification shows it: flat, rendered, with links.
#pragma once

#include <string>

#include "agent/incident/incident.h"
#include "agent/outbox/delivery.h"
#include "notifiers/notification.h"

namespace tocsin {

/// Where links lead.
struct Links {
  std::string external_url;  // of tocsin
  std::string query_url;     // of the rule's query in Prometheus
};

/// Says in the summary, where every notifier shows it, that the store does not know of this.
void mark_unrecorded(IncidentSnapshot& incident);

/// As the delivery's kind says it: a resolve shows the incident resolved even where it has been reopened since.
IncidentSnapshot snapshot(const Incident& incident, const Delivery& delivery, const Links& links);

}  // namespace tocsin
