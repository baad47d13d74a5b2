// What must hold of every rule, however unclear its story is: nothing opens without a breach, nothing ends in one, and
// what is unmistakable is seen.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "agent/engine/self_rules.h"
#include "agent/poll/tick_grid.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/sim_prometheus.h"

namespace tocsin::sim {
namespace {

/// A rule as each configuration had it by which the tick at `at` may have been judged.
std::vector<const Rule*> definitions(const Ended& ended, const std::string& name, Timestamp at) {
  std::vector<const Rule*> rules;
  for (const Config* config : in_force_since(ended, at)) {
    for (const auto& rule : config->rules) {
      if (rule->name == name) rules.push_back(rule.get());
    }
  }
  return rules;
}

bool any_sees(const Ended& ended, const Incident& incident, Timestamp at, auto&& what) {
  return std::ranges::any_of(definitions(ended, incident.rule, at), [&](const Rule* rule) {
    const Tick tick{at, ended.prometheus.told_nothing(rule->query, at)};
    return what(*rule, glimpse(*rule, ended.story, incident.key, tick));
  });
}

/// A series that is this bad, at this very tick.
bool breaches(const Ended& ended, const Incident& incident, Timestamp at, Severity severity) {
  return any_sees(ended, incident, at,
                  [severity](const Rule&, const Glimpse& seen) { return seen.worst && !worse(severity, *seen.worst); });
}

/// Something that does not breach, or nothing that was there; and what breaches has not done so for long.
bool may_end(const Ended& ended, const Incident& incident, Timestamp at) {
  return any_sees(ended, incident, at, [](const Rule& rule, const Glimpse& seen) {
    return seen.breaching == 0 || (rule.for_duration > Duration{0} && seen.breaching < seen.series);
  });
}

/// About a reload that changes the rule nobody can tell by which of its versions a tick was judged: one that was missed
/// before it may be read after it, and series of the former query are gone while those of the new one are pending.
bool is_between_versions(const Ended& ended, const Incident& incident, Timestamp at) {
  std::vector<const Rule*> rules;
  for (const Version& version : ended.versions) {
    for (const auto& rule : version.config->rules) {
      if (rule->name == incident.rule) rules.push_back(rule.get());
    }
  }
  const bool changes = std::ranges::any_of(rules, [&](const Rule* rule) { return *rule != *rules.front(); });
  const auto is_near = [&](const Version& version) { return at > version.from - 90min && at < version.from + 15min; };
  return changes &&
         (ended.clock_was_set_back || std::any_of(ended.versions.begin() + 1, ended.versions.end(), is_near));
}

bool is_by_hand(const TimelineEntry& entry) {
  return !entry.by.empty() || entry.text == "rule removed" || entry.text == "rule changed";
}

/// The severity that an entry says to have begun; nullopt: it says nothing of that kind.
std::optional<Severity> begun(const TimelineEntry& entry) {
  if (entry.type == "opened" || entry.type == "reopened") return parse_severity(entry.text.substr(0, 4));
  if (entry.type != "severity") return std::nullopt;
  const auto from = parse_severity(entry.text.substr(0, 4)), to = parse_severity(entry.text.substr(8, 4));
  return from && to && worse(*to, *from) ? to : std::nullopt;
}

/// Of these an incident may begin late, at any tick: it waits for room, or for a person's resolution to rest.
std::set<std::string> begin_late(const Ended& ended) {
  std::set<std::string> rules;
  for (const Version& version : ended.versions) {
    for (const auto& rule : version.config->rules) {
      if (rule->max_incidents < kUnlimited) rules.insert(rule->name);
    }
  }
  for (const IncidentRecord& record : ended.book) {
    const bool by_hand = std::ranges::any_of(
        record.timeline, [](const auto& entry) { return entry.type == "resolved" && !entry.by.empty(); });
    if (by_hand) rules.insert(record.incident.rule);
  }
  return rules;
}

void check_evidence(const Ended& ended, Violations& violations) {
  const std::set<std::string> late = begin_late(ended);
  for (const IncidentRecord& record : ended.book) {
    if (is_self_rule(record.incident.rule)) continue;
    for (const TimelineEntry& entry : record.timeline) {
      if (is_between_versions(ended, record.incident, entry.at)) continue;
      const auto severity = begun(entry);
      if (severity && !late.contains(record.incident.rule) && !breaches(ended, record.incident, entry.at, *severity)) {
        violations.push_back(fmt::format("{} of {} {} at {}, where nothing breaches", incident_name(record.incident.id),
                                         record.incident.dedup_key, entry.type, format_rfc3339(entry.at)));
      }
      if (entry.type == "resolved" && !is_by_hand(entry) && !may_end(ended, record.incident, entry.at)) {
        violations.push_back(fmt::format("{} of {} resolved at {}, where it breaches",
                                         incident_name(record.incident.id), record.incident.dedup_key,
                                         format_rfc3339(entry.at)));
      }
    }
  }
}

/// For how long something has been so at every tick.
class Stretch {
 public:
  /// Whether that is `long_enough` by now.
  bool add(bool now, Timestamp at, Duration long_enough) {
    if (!now) since_.reset();
    if (now && !since_) since_ = at;
    return since_ && at - *since_ >= long_enough;
  }

 private:
  std::optional<Timestamp> since_;
};

/// One key of a rule in the calm: after a breach that has lasted it is open, after a recovery that has lasted it is
/// not, whatever was before.
class Unmistakable {
 public:
  Unmistakable(const Rule& rule, const Story& story, const Labels& key) : rule_(rule), story_(story) {
    for (const Labels& labels : story.series(rule.query)) {
      if (key_of(rule, labels) == key) series_.push_back(labels);
    }
    breaching_.resize(series_.size());
  }

  /// Whether it must be open after this tick; nullopt: nothing is certain.
  std::optional<bool> open(Timestamp at) {
    bool lasts = false, good = true;
    for (std::size_t index = 0; index < series_.size(); ++index) {
      const auto value = story_.value(rule_.query, series_[index], at);
      const bool breaches = value && rule_.grades.front().breached_by(*value);
      lasts |= breaching_[index].add(breaches, at, rule_.for_duration);
      good &= value && (rule_.recover ? rule_.recover->satisfied_by(*value) : !breaches);
    }
    const bool over = good_.add(good, at, rule_.recover_for);
    return lasts || over ? std::optional(lasts) : std::nullopt;
  }

 private:
  const Rule& rule_;
  const Story& story_;
  std::vector<Labels> series_;
  std::vector<Stretch> breaching_;
  Stretch good_;
};

void check_unmistakable(const Ended& ended, const Rule& rule, const Labels& key, const std::vector<Episode>& episodes,
                        Violations& violations) {
  const TickGrid grid(rule.query, rule.interval);
  Unmistakable story(rule, ended.story, key);
  for (Timestamp at = grid.after(ended.calm); at <= ended.end - 3min; at += rule.interval) {
    const auto should = story.open(at);
    const bool is = std::ranges::any_of(episodes, [at](const Episode& one) { return one.from <= at && at < one.to; });
    if (!should || is == *should || (*should && has_limit(ended, rule.name))) continue;
    violations.push_back(fmt::format("{}{} is {} at {}, against what the story says", rule.name, key.text(),
                                     is ? "open" : "not open", format_rfc3339(at)));
    return;
  }
}

}  // namespace

void check_sound(const Ended& ended, Violations& violations) {
  if (ended.clock_was_set_back) return;
  check_evidence(ended, violations);
  Episodes book = episodes_of(ended.book);
  for (const auto& rule : ended.config.rules) {
    if (!ended.unclear_rules.contains(rule->name)) continue;  // the others are compared as a whole
    std::set<Labels> keys;
    for (const Labels& labels : ended.story.series(rule->query)) keys.insert(key_of(*rule, labels));
    for (const Labels& key : keys) check_unmistakable(ended, *rule, key, book[{rule->name, key}], violations);
  }
}

}  // namespace tocsin::sim
