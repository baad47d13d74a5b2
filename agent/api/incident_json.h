// Incidents as the HTTP API shows them.
#pragma once

#include "agent/api/reply.h"
#include "agent/incident/incident.h"
#include "agent/store/store_reader.h"

namespace tocsin {

/// Without timeline and notifications, as in a list.
Json incident_json(const Incident& incident);
/// With both.
Json incident_json(const IncidentRecord& record);

/// JSON has no NaN and no infinity: null, "+Inf" and "-Inf".
Json value_json(double value);
Json time_json(std::optional<Timestamp> at);  // RFC 3339 with milliseconds; null where absent

}  // namespace tocsin
