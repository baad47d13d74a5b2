// What must hold of the book.
#include <fmt/format.h>

#include <algorithm>

#include "agent/engine/self_rules.h"
#include "tests/simulation/checks.h"

namespace tocsin::sim {
namespace {

std::string text(const std::vector<Episode>& episodes, std::size_t from) {
  std::string line;
  for (std::size_t index = from; index < std::min(episodes.size(), from + 3); ++index) {
    const Episode& one = episodes[index];
    line += fmt::format(" [{} .. {}]", format_rfc3339(one.from),
                        one.to == Timestamp::max() ? "open" : format_rfc3339(one.to));
  }
  return line.empty() ? " none" : line;
}

/// What happened up to `horizon`: the last answers may not have come when the run ended.
Episodes until(Episodes episodes, Timestamp horizon) {
  for (auto& [key, list] : episodes) {
    std::erase_if(list, [horizon](const Episode& one) { return one.from > horizon; });
    if (!list.empty() && list.back().to > horizon) list.back().to = Timestamp::max();
  }
  std::erase_if(episodes, [](const auto& entry) { return entry.second.empty(); });
  return episodes;
}

/// The book is that of an agent that was never away.
void check_episodes(const Ended& ended, Violations& violations) {
  if (ended.clock_was_set()) return;
  const Episodes actual = until(episodes_of(ended.book), ended.end - 1min);
  const Episodes expected = until(ended.expected.episodes, ended.end - 1min);
  std::map<std::pair<std::string, Labels>, int> keys;
  for (const auto& [key, list] : actual) ++keys[key];
  for (const auto& [key, list] : expected) ++keys[key];
  const auto of = [](const Episodes& all, const auto& key) {
    const auto found = all.find(key);
    return found == all.end() ? std::vector<Episode>{} : found->second;
  };
  for (const auto& [key, count] : keys) {
    if (ended.unclear_rules.contains(key.first) || has_limit(ended, key.first)) continue;
    const auto is = of(actual, key), should = of(expected, key);
    if (is == should) continue;
    const auto differs = std::ranges::mismatch(is, should);
    const auto at = static_cast<std::size_t>(differs.in1 - is.begin());
    violations.push_back(fmt::format("{}{}: the book has{}, the story has{}", key.first, key.second.text(),
                                     text(is, at), text(should, at)));
  }
}

/// What is open is as bad as its worst series.
void check_severities(const Ended& ended, Violations& violations) {
  if (ended.clock_was_set()) return;
  for (const IncidentRecord& record : ended.book) {
    const Incident& incident = record.incident;
    const auto expected = ended.expected.severities.find({incident.rule, incident.key});
    if (incident.resolved() || expected == ended.expected.severities.end() ||
        ended.unclear_rules.contains(incident.rule) || has_limit(ended, incident.rule) ||
        incident.severity == expected->second) {
      continue;
    }
    violations.push_back(fmt::format("{} is {} and should be {}", incident.dedup_key, severity_text(incident.severity),
                                     severity_text(expected->second)));
  }
}

void check_identity(const Ended& ended, Violations& violations) {
  IncidentId next = 1;
  std::map<std::pair<std::string, Labels>, int> active;
  for (const IncidentRecord& record : ended.book) {
    if (record.incident.id != next++)
      violations.push_back(fmt::format("a gap before {}", incident_name(record.incident.id)));
    if (!record.incident.resolved() && ++active[{record.incident.rule, record.incident.key}] > 1) {
      violations.push_back(fmt::format("two open incidents of {}", record.incident.dedup_key));
    }
  }
}

/// A key that breaches again within the window of its resolution is the same incident, and after it a new one.
void check_windows(const Ended& ended, Violations& violations) {
  std::map<std::string, Duration> windows;
  for (const auto& rule : ended.config.rules) windows[rule->name] = rule->dedup_window;
  std::map<std::string, Timestamp> resolved;  // by dedup key
  for (const IncidentRecord& record : ended.book) {
    const auto window = windows.find(record.incident.rule);
    if (window == windows.end() || ended.unclear_rules.contains(record.incident.rule)) continue;
    for (const TimelineEntry& entry : record.timeline) {
      const auto last = resolved.find(record.incident.dedup_key);
      const bool within = last != resolved.end() && entry.at - last->second < window->second;
      if ((entry.type == "opened" && within) || (entry.type == "reopened" && !within)) {
        violations.push_back(fmt::format("{} {} at {}, {} its window", incident_name(record.incident.id), entry.type,
                                         format_rfc3339(entry.at), within ? "within" : "after"));
      }
      if (entry.type == "resolved") resolved[record.incident.dedup_key] = entry.at;
    }
  }
}

/// Whoever was told that it is done finds it on the record.
void check_deeds(const Ended& ended, Violations& violations) {
  for (const Deed& deed : ended.deeds) {
    const bool known = deed.incident >= 1 && static_cast<std::size_t>(deed.incident) <= ended.book.size();
    if (known && std::ranges::any_of(ended.book[static_cast<std::size_t>(deed.incident) - 1].timeline,
                                     [&](const TimelineEntry& one) { return one.by == deed.by; })) {
      continue;
    }
    violations.push_back(
        fmt::format("{} by {} is not on record of {}", deed.type, deed.by, incident_name(deed.incident)));
  }
}

/// Whether the rule, as it is in the end, can have an incident of this key.
bool exists(const Ended& ended, const Incident& incident) {
  if (is_self_rule(incident.rule)) return true;
  const auto rule =
      std::ranges::find_if(ended.config.rules, [&](const auto& one) { return one->name == incident.rule; });
  if (rule == ended.config.rules.end()) return false;
  return incident.key.has("no_data") || can_be_of(**rule, ended.story, incident.key);
}

/// Of a rule that is gone, or that tells incidents apart by other labels now, nothing is open.
void check_rules(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    if (record.incident.resolved() || exists(ended, record.incident)) continue;
    violations.push_back(
        fmt::format("{} is open, but there is no {}", incident_name(record.incident.id), record.incident.dedup_key));
  }
}

}  // namespace

void add_episodes(const IncidentRecord& record, std::vector<Episode>& episodes) {
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type == "opened" || entry.type == "reopened") episodes.push_back({entry.at, Timestamp::max()});
    if (entry.type == "resolved" && !episodes.empty()) episodes.back().to = entry.at;
  }
}

Episodes episodes_of(const std::vector<IncidentRecord>& book) {
  Episodes episodes;
  for (const IncidentRecord& record : book) {
    if (is_self_rule(record.incident.rule)) continue;  // tocsin's own are no part of the story
    add_episodes(record, episodes[{record.incident.rule, record.incident.key}]);
  }
  return episodes;
}

void check_book(const Ended& ended, Violations& violations) {
  check_episodes(ended, violations);
  check_severities(ended, violations);
  check_identity(ended, violations);
  if (!ended.clock_was_set()) check_windows(ended, violations);
  check_deeds(ended, violations);
  check_rules(ended, violations);
}

}  // namespace tocsin::sim
