// What GET /api/v1/incidents takes: ?state=&severity=&rule=&since=&limit=&cursor=
#pragma once

#include "agent/api/target.h"
#include "agent/store/store_reader.h"

namespace tocsin {

/// An empty parameter is one not given and an unknown one is ignored, as Prometheus does. Errors say what would be
/// right.
Result<IncidentFilter> parse_incident_filter(const Target& target);

}  // namespace tocsin
