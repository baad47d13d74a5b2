// What must hold where there is a bound: incidents of a rule, and what a receiver is told of each.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tests/simulation/checks.h"
#include "tests/simulation/sim_config.h"

namespace tocsin::sim {
namespace {

using Counts = std::map<std::string, uint64_t>;

bool is_open(const Episode& episode, Timestamp at) {
  return episode.from <= at && at < episode.to;
}

/// Of one rule at `at`.
std::size_t open_at(const Episodes& episodes, const std::string& rule, Timestamp at) {
  std::size_t open = 0;
  for (const auto& [key, list] : episodes) {
    if (key.first == rule && std::ranges::any_of(list, [at](const Episode& one) { return is_open(one, at); })) ++open;
  }
  return open;
}

/// Never more than the limit; and what the story opens is on the book, unless there was no room.
void check_room(const Ended& ended, const Rule& rule, const Episodes& book, Violations& violations) {
  for (const auto& [key, list] : book) {
    if (key.first != rule.name) continue;
    for (const Episode& one : list) {
      const std::size_t open = open_at(book, rule.name, one.from);
      if (open <= rule.max_incidents) continue;
      violations.push_back(fmt::format("{} incidents of {} at {}", open, rule.name, format_rfc3339(one.from)));
    }
  }
  for (const auto& [key, list] : ended.expected.episodes) {
    if (key.first != rule.name) continue;
    const auto found = book.find(key);
    for (const Episode& one : list) {
      const bool has = found != book.end() && std::ranges::any_of(found->second, [&](const Episode& other) {
                         return is_open(other, one.from);
                       });
      // What ends at this very tick makes room at the next one, and what begins at it takes the room.
      const std::size_t open =
          std::max(open_at(book, rule.name, one.from - Duration{1}), open_at(book, rule.name, one.from));
      if (has || open >= rule.max_incidents || one.from > ended.end - 1min) continue;
      violations.push_back(fmt::format("{}{} did not open at {}, but there was room", rule.name, key.second.text(),
                                       format_rfc3339(one.from)));
    }
  }
}

/// How often the webhook may have been reminded. What has ended may be known to have ended only much later.
uint64_t reminders(const Ended& ended, const IncidentRecord& record) {
  if (ended.clock_was_set()) return std::numeric_limits<uint32_t>::max();
  const auto interval = hook_reminded_every(ended.config, record.incident.rule);
  return interval ? static_cast<uint64_t>((ended.end - record.incident.opened_at) / *interval) + 1 : 0;
}

/// How often each kind of news was due.
Counts happened(const IncidentRecord& record) {
  Counts counts;
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type == "severity") {
      const bool rise = worse(*parse_severity(entry.text.substr(8, 4)), *parse_severity(entry.text.substr(0, 4)));
      ++counts[rise ? "escalate" : "deescalate"];
      if (rise) ++counts["open"];  // for one that has not heard of it
    } else if (entry.type == "opened" || entry.type == "reopened") {
      ++counts["open"];
      // Where its end was not told yet, a new beginning is a change of severity.
      if (entry.type == "reopened") ++counts["escalate"], ++counts["deescalate"];
    } else if (entry.type == "acknowledged") {
      ++counts["acknowledge"];
    } else if (entry.type == "resolved") {
      ++counts["resolve"];
      ++counts["past"];
    }
  }
  return counts;
}

/// Nothing is told that did not happen: what a restart merely reads again is no news.
void check_no_more_than_happened(const Ended& ended, Violations& violations) {
  std::map<Conversed, Counts> told;
  for (const Heard& heard : ended.heard) ++told[heard.conversed()][heard.word];
  for (const IncidentRecord& record : ended.book) {
    Counts due = happened(record);
    due["reminder"] = reminders(ended, record);
    const Conversed of = conversed("hook", record.incident);
    if (ended.orphans.contains(of)) continue;
    for (const auto& [word, times] : told[of]) {
      if (times <= due[word] + count_of(ended.doubts, of)) continue;
      violations.push_back(
          fmt::format("hook heard {} of {} {} times, but it happened {} times", word, of.second, times, due[word]));
    }
  }
}

}  // namespace

void check_limits(const Ended& ended, Violations& violations) {
  check_no_more_than_happened(ended, violations);
  if (ended.clock_was_set()) return;
  const Episodes book = episodes_of(ended.book);
  for (const auto& rule : ended.config.rules) {
    if (has_limit(ended, rule->name) && !ended.unclear_rules.contains(rule->name))
      check_room(ended, *rule, book, violations);
  }
}

}  // namespace tocsin::sim
