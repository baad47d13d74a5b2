// What must hold of every rule, however unclear its story is: nothing opens without a breach, nothing ends in one, and
// what is unmistakable is seen.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "agent/base/limits.h"
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
  return changes && (ended.clock_was_set() || std::any_of(ended.versions.begin() + 1, ended.versions.end(), is_near));
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

/// How a series of the incident has been, tick by tick.
enum class Was { so, otherwise, unseen };

/// Whether one series was so at `at` and has been for `length`, with no tick between that was told and says otherwise.
bool has_lasted(const Ended& ended, const Incident& incident, const Rule& rule, Timestamp at, Duration length,
                auto&& how) {
  constexpr Duration kUnseenMax = 2h;
  return std::ranges::any_of(ended.story.series(rule.query), [&](const Labels& labels) {
    if (key_of(rule, labels) != incident.key) return false;
    for (Timestamp tick = at; tick > at - length - kUnseenMax; tick -= rule.interval) {
      const bool nothing = ended.prometheus.told_nothing(rule.query, tick);
      const Was was = how(nothing ? std::nullopt : ended.story.value(rule.query, labels, tick));
      if (was == Was::so && at - tick >= length) return true;
      if (was == Was::otherwise && ended.prometheus.told(rule.query, tick)) return false;
    }
    return false;
  });
}

/// It has breached at this severity for the rule's `for`.
bool has_breached(const Ended& ended, const Incident& incident, Timestamp at, Severity severity) {
  return std::ranges::any_of(definitions(ended, incident.rule, at), [&](const Rule* rule) {
    return has_lasted(ended, incident, *rule, at, rule->for_duration, [&](std::optional<double> value) {
      const auto is_it = [&](const Grade& grade) { return grade.severity == severity && is_breach(grade, *value); };
      return !value ? Was::unseen : std::ranges::any_of(rule->grades, is_it) ? Was::so : Was::otherwise;
    });
  });
}

/// It has been good, or away, for the rule's `recover_for`; of a former query, away since the reload.
bool has_recovered(const Ended& ended, const Incident& incident, Timestamp at) {
  return std::ranges::any_of(definitions(ended, incident.rule, at), [&](const Rule* rule) {
    if (!can_be_of(*rule, ended.story, incident.key)) return true;
    return has_lasted(ended, incident, *rule, at, rule->recover_for, [&](std::optional<double> value) {
      return !value || is_good(*rule, *value) ? Was::so : Was::otherwise;
    });
  });
}

/// `for` and `recover_for` of every rule. Where little is read again, what was told may never have been written down.
void check_held(const Ended& ended, Violations& violations) {
  if (ended.config.catch_up <= ended.plan.length) return;
  const std::set<std::string> late = begin_late(ended);
  for (const IncidentRecord& record : ended.book) {
    const Incident& incident = record.incident;
    if (is_self_rule(incident.rule) || incident.key.has("no_data")) continue;
    for (const TimelineEntry& entry : record.timeline) {
      if (is_between_versions(ended, incident, entry.at)) continue;
      const auto severity = begun(entry);
      if (severity && !late.contains(incident.rule) && !has_breached(ended, incident, entry.at, *severity)) {
        violations.push_back(fmt::format("{} of {} {} at {}, before its `for`", incident_name(incident.id),
                                         incident.dedup_key, entry.type, format_rfc3339(entry.at)));
      }
      if (entry.type == "resolved" && !is_by_hand(entry) && !has_recovered(ended, incident, entry.at)) {
        violations.push_back(fmt::format("{} of {} resolved at {}, before its `recover_for`",
                                         incident_name(incident.id), incident.dedup_key, format_rfc3339(entry.at)));
      }
    }
  }
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

/// How a tick is seen that the agent's clock dates. Where that was set, and queries go by the clock of Prometheus,
/// which is known by about so much only, it is as bad as all that it may have been.
struct Sight {
  Duration lost{0};     // real time is later by that
  Duration before{0};   // so much earlier it may have been
  Duration after{0};    // or later
  Duration on_disk{0};  // so long after it all is written down
};

Sight blurred(Duration lost, Duration interval) {
  constexpr Duration kApart = limits::kClockBackMax + 5s;
  return {.lost = lost, .before = kApart, .after = kApart + interval, .on_disk = 15s};
}

/// Each time that a tick at `at`, by real time, may have been asked for.
std::vector<Timestamp> moments(const Sight& sight, Timestamp at) {
  std::vector<Timestamp> all;
  for (Timestamp one = at - sight.before; one <= at + sight.after; one += 1s) all.push_back(one);
  return all;
}

/// Whether one of the faults that `counts` lasts at some time from `from` to `to`, or did until shortly before.
bool any_lasts(const Ended& ended, Timestamp from, Timestamp to, auto&& counts) {
  return std::ranges::any_of(ended.plan.faults, [&](const Fault& fault) {
    return counts(fault) && fault.at <= to && fault.at + lasting(fault) + 2min >= from;
  });
}

/// It is not clear by what it has begun or ended.
bool is_clouded(const Ended& ended, const Turn& turn) {
  const Timestamp from = std::min(turn.at, turn.on_disk);
  // What a tick from before a step has done, and a commit behind it has written, seems to be of another time.
  const auto is_near = [&](Timestamp step) { return step <= turn.on_disk && step + 2min >= from; };
  const bool agrees = std::chrono::abs(turn.on_disk - turn.at) <= 45s;
  return (!agrees && std::ranges::any_of(ended.steps, is_near)) ||
         any_lasts(ended, from, turn.on_disk, [](const Fault& fault) {
           return fault.kind == FaultKind::store_fails || fault.kind == FaultKind::prometheus_forgets;
         });
}

/// Whether it began without a breach, or without one that is as old as its `for`, where all was observed meanwhile.
bool begins_without_breach(const Ended& ended, const Incident& incident, const Rule& rule, Timestamp at) {
  const Sight sight = blurred({}, rule.interval);
  const auto breached = [&](Timestamp one) { return breaches(ended, incident, one, Severity::sev4); };
  if (std::ranges::none_of(moments(sight, at), breached)) return true;
  Sight first = sight;
  first.before += rule.missing;  // it may have been absent between its breaches
  const Timestamp since = at - rule.for_duration;
  const auto hides = [](const Fault& fault) { return !sets_clock(fault); };
  const bool slept = ended.injected.contains(FaultKind::machine_sleeps);  // whenever it was that it fell asleep
  return !slept && std::ranges::none_of(moments(first, since), breached) &&
         !any_lasts(ended, since - first.before, at, hides);
}

/// Where the clock was set: what begins has breached, for its `for`, and what ends does not.
void check_turns(const Ended& ended, Violations& violations) {
  const std::set<std::string> late = begin_late(ended);
  for (const Turn& turn : ended.ledger.turns()) {
    const Incident& incident = ended.ledger.incidents().at(turn.id);
    if (is_self_rule(incident.rule) || is_clouded(ended, turn) || is_between_versions(ended, incident, turn.at))
      continue;
    const auto rules = definitions(ended, incident.rule, turn.at);
    if (rules.empty()) continue;
    const Rule& rule = *rules.front();
    if (turn.begins && !late.contains(incident.rule) && begins_without_breach(ended, incident, rule, turn.at)) {
      violations.push_back(fmt::format("{} of {} began at {} of real time, where nothing breaches",
                                       incident_name(turn.id), incident.dedup_key, format_rfc3339(turn.at)));
    }
    const auto ends = [&](Timestamp at) { return may_end(ended, incident, at); };
    if (turn.by_evidence && std::ranges::none_of(moments(blurred({}, rule.interval), turn.at), ends)) {
      violations.push_back(fmt::format("{} of {} ended at {} of real time, where it breaches", incident_name(turn.id),
                                       incident.dedup_key, format_rfc3339(turn.at)));
    }
  }
}

/// When the incidents of each key were open in real time, as the disk had it.
Episodes episodes_on_disk(const Ended& ended) {
  Episodes episodes;
  for (const Turn& turn : ended.ledger.turns()) {
    const Incident& incident = ended.ledger.incidents().at(turn.id);
    std::vector<Episode>& of_key = episodes[{incident.rule, incident.key}];
    if (turn.begins) {
      of_key.push_back({turn.on_disk, Timestamp::max()});
    } else {
      of_key.back().to = turn.on_disk;
    }
  }
  return episodes;
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
  Unmistakable(const Rule& rule, const Story& story, const Labels& key, const Sight& sight)
      : rule_(rule), story_(story), sight_(sight) {
    for (const Labels& labels : story.series(rule.query)) {
      if (key_of(rule, labels) == key) series_.push_back(labels);
    }
    breaching_.resize(series_.size());
  }

  /// Whether it must be open after the tick at `at`, in real time; nullopt: nothing is certain.
  std::optional<bool> open(Timestamp at) {
    bool lasts = false, good = true;
    for (std::size_t index = 0; index < series_.size(); ++index) {
      const bool bad = always(index, at, [this](double value) { return is_breach(rule_.grades.front(), value); });
      lasts |= breaching_[index].add(bad, at, rule_.for_duration);
      good &= always(index, at, [this](double value) { return is_good(rule_, value); });
    }
    const bool over = good_.add(good, at, rule_.recover_for);
    return lasts || over ? std::optional(lasts) : std::nullopt;
  }

 private:
  bool always(std::size_t index, Timestamp at, auto&& holds) const {
    return std::ranges::all_of(moments(sight_, at), [&](Timestamp one) {
      const auto value = story_.value(rule_.query, series_[index], one);
      return value && holds(*value);
    });
  }

  const Rule& rule_;
  const Story& story_;
  const Sight& sight_;
  std::vector<Labels> series_;
  std::vector<Stretch> breaching_;
  Stretch good_;
};

void check_unmistakable(const Ended& ended, const Rule& rule, const Labels& key, const Sight& sight,
                        const std::vector<Episode>& episodes, Violations& violations) {
  const TickGrid grid(rule.query, rule.interval);
  Unmistakable story(rule, ended.story, key, sight);
  for (Timestamp at = grid.after(ended.calm - sight.lost); at <= ended.end - 3min; at += rule.interval) {
    const auto should = story.open(at + sight.lost);
    const Timestamp seen = at + sight.lost + sight.on_disk;
    const bool is =
        std::ranges::any_of(episodes, [seen](const Episode& one) { return one.from <= seen && seen < one.to; });
    if (!should || is == *should || (*should && has_limit(ended, rule.name))) continue;
    violations.push_back(fmt::format("{}{} is {} at {}, against what the story says", rule.name, key.text(),
                                     is ? "open" : "not open", format_rfc3339(at)));
    return;
  }
}

}  // namespace

void check_sound(const Ended& ended, Violations& violations) {
  if (ended.clock_was_set()) {
    check_turns(ended, violations);
  } else {
    check_evidence(ended, violations);
    check_held(ended, violations);
  }
  Episodes book = ended.clock_was_set() ? episodes_on_disk(ended) : episodes_of(ended.book);
  for (const auto& rule : ended.config.rules) {
    const bool compared_as_a_whole = !ended.clock_was_set() && !ended.unclear_rules.contains(rule->name);
    if (compared_as_a_whole) continue;
    const Sight sight = ended.clock_was_set() ? blurred(ended.real_end - ended.end, rule->interval) : Sight{};
    std::set<Labels> keys;
    for (const Labels& labels : ended.story.series(rule->query)) keys.insert(key_of(*rule, labels));
    for (const Labels& key : keys) check_unmistakable(ended, *rule, key, sight, book[{rule->name, key}], violations);
  }
}

}  // namespace tocsin::sim
