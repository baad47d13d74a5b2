#include "tests/simulation/checks.h"

#include <algorithm>

#include "tests/simulation/sim_config.h"

namespace tocsin::sim {

uint64_t count_of(const std::map<Conversed, uint64_t>& counts, const Conversed& of) {
  const auto found = counts.find(of);
  return found == counts.end() ? 0 : found->second;
}

Conversed conversed(const std::string& notifier, const Incident& incident) {
  return {notifier, notifier == "pager" ? incident.dedup_key : incident_name(incident.id)};
}

bool can_be_of(const Rule& rule, const Story& story, const Labels& key) {
  return std::ranges::any_of(story.series(rule.query),
                             [&](const Labels& series) { return key_of(rule, series) == key; });
}

bool has_limit(const Ended& ended, const std::string& rule) {
  return std::ranges::any_of(ended.config.rules,
                             [&](const auto& one) { return one->name == rule && one->max_incidents < kUnlimited; });
}

std::vector<const Config*> in_force_since(const Ended& ended, Timestamp at) {
  std::vector<const Config*> configs;
  for (std::size_t index = 0; index < ended.versions.size(); ++index) {
    const bool is_last = index + 1 == ended.versions.size();
    if (is_last || ended.clock_was_set() || ended.versions[index + 1].from >= at)
      configs.push_back(ended.versions[index].config.get());
  }
  return configs;
}

bool may_be_under_way(const Ended& ended, const IncidentRecord& record) {
  return ended.real_end - ended.ledger.changed(record.incident.id) < kStillUnderWay;
}

bool says_over(const std::string& word) {
  return word == "resolve" || word == "past";
}

bool is_too_old(const Delivery& delivery) {
  return delivery.state == DeliveryState::failed && delivery.last_error.starts_with("given up after");
}

Violations check(const Ended& ended) {
  Violations violations;
  check_book(ended, violations);
  check_sound(ended, violations);
  check_told(ended, violations);
  check_limits(ended, violations);
  check_own(ended, violations);
  if (!ended.clock_was_set()) check_prompt(ended, violations);
  return violations;
}

}  // namespace tocsin::sim
