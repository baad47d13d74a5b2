// route: which notifiers an incident is told to. First match wins; `continue` goes on; a rule's own `notify` overrides
// all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/incident/incident.h"

namespace tocsin {

struct Recipient {
  std::string notifier;
  std::optional<Duration> repeat_interval;  // the shortest of the routes that name it
};

/// Matchers see the incident's labels plus `rule`, `alertname` (the same) and `severity`.
Labels routed_labels(const Incident& incident);

/// Without duplicates, in the order of routes. Empty: nobody is told.
std::vector<Recipient> route(const std::vector<Route>& routes, const std::vector<std::string>& rule_notify,
                             const Labels& labels);

}  // namespace tocsin
