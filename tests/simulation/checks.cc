#include "tests/simulation/checks.h"

namespace tocsin::sim {

Timestamp last_change(const IncidentRecord& record) {
  Timestamp last = record.incident.opened_at;
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type != "notification") last = std::max(last, entry.at);
  }
  return last;
}

bool says_over(const std::string& word) {
  return word == "resolve" || word == "past";
}

Violations check(const Ended& ended) {
  Violations violations;
  check_book(ended, violations);
  check_told(ended, violations);
  if (!ended.clock_was_set_back) check_prompt(ended, violations);
  return violations;
}

}  // namespace tocsin::sim
