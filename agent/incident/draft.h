// Draft: what has been touched since the last commit. Most rows are read from memory when the Change is made of it, so
// that a commit that failed is simply tried again with whatever is true by then.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/incident/incident.h"
#include "agent/outbox/delivery.h"

namespace tocsin {

/// Engine thread only. Emptied after a commit that worked.
struct Draft {
  std::set<IncidentId> incidents;
  std::vector<TimelineEntry> timeline;
  std::map<int64_t, Delivery> deliveries;             // by id, as last changed: those that ended leave the outbox
  std::set<std::pair<IncidentId, std::string>> told;  // incident, notifier
  std::map<std::string, std::set<Labels>> series;     // by rule
  std::set<std::string> rules;
  std::set<std::string> forgotten_rules;
  std::optional<Timestamp> alive_at;
  bool clock = false;  // of Prometheus

  bool empty() const {
    return incidents.empty() && timeline.empty() && deliveries.empty() && told.empty() && series.empty() &&
           rules.empty() && forgotten_rules.empty() && !alive_at && !clock;
  }
};

}  // namespace tocsin
