// What can be known about routes before the first incident: which of them nothing can ever reach, and which rules'
// incidents would reach nobody. A series' labels are not known, so that a matcher on one of them may match or not.
#pragma once

#include <string>
#include <vector>

#include "agent/config/read_rules.h"
#include "agent/config/read_sections.h"

namespace tocsin {

/// Routes that no incident can reach: behind one that takes everything they would, or for names that do not exist.
void check_unreachable_routes(const std::vector<LocatedRoute>& routes, const RuleSet& rules, FaultList& faults);

/// Rules without `notify` of which an incident surely matches no route. `config_file` names the file that should have
/// a route; `has_notifiers` is false where tocsin only records.
void check_unrouted_rules(const std::vector<LocatedRoute>& routes, const RuleSet& rules, bool has_notifiers,
                          const std::string& config_file, FaultList& faults);

/// Whether an incident of `rule` may match a route, at each of its severities.
bool is_routed(const std::vector<LocatedRoute>& routes, const Rule& rule);

}  // namespace tocsin
