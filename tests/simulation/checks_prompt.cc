// What must hold once nothing goes wrong any more: each change is told at once, and no more often than it may be.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/simulation/checks.h"
#include "tests/simulation/sim_config.h"

namespace tocsin::sim {
namespace {

/// From a tick to the receiver: an answer, a commit and a delivery, with room to spare.
constexpr Duration kPrompt = 60s;

using Words = std::map<Conversed, std::vector<Heard>>;

/// Of one incident to one notifier.
struct Talk {
  const IncidentRecord& record;
  const std::string& notifier;
  const std::vector<Heard>& said;
};

/// The severity that a line of the timeline rises to; nullopt: it falls.
std::optional<Severity> risen_to(const TimelineEntry& entry) {
  const auto from = parse_severity(entry.text.substr(0, 4));
  const auto to = parse_severity(entry.text.substr(8, 4));
  return from && to && worse(*to, *from) ? to : std::nullopt;
}

/// Shortly after it; within the same millisecond, too. `entry` is one of the record's.
bool changes_again(const IncidentRecord& record, const TimelineEntry& entry) {
  return std::ranges::any_of(record.timeline, [&](const TimelineEntry& later) {
    const bool changes = later.type != "notification" && later.type != "acknowledged" && later.type != "note";
    return changes && &later > &entry && later.at <= entry.at + kPrompt;
  });
}

bool hears(const std::vector<Heard>& said, Timestamp from, auto&& what) {
  return std::ranges::any_of(said,
                             [&](const Heard& one) { return one.at >= from && one.at <= from + kPrompt && what(one); });
}

/// A rise of severity is never held back.
void check_rises(const Ended& ended, const Talk& talk, Violations& violations) {
  const auto& [record, notifier, said] = talk;
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type != "severity" || entry.at < ended.calm || entry.at > ended.end - kStillUnderWay) continue;
    const auto severity = risen_to(entry);
    if (!severity || changes_again(record, entry)) continue;
    if (hears(said, entry.at, [&](const Heard& one) { return one.severity == severity; })) continue;
    violations.push_back(fmt::format("{} has not heard that {} rose to {} at {}", notifier,
                                     incident_name(record.incident.id), severity_text(*severity),
                                     format_rfc3339(entry.at)));
  }
}

void check_first_opening(const Ended& ended, const Talk& talk, Violations& violations) {
  const auto& [record, notifier, said] = talk;
  const auto opens = [](const Heard& one) { return one.word == "open" || one.word == "trigger"; };
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type != "opened" || entry.at < ended.calm || entry.at > ended.end - kStillUnderWay) continue;
    if (changes_again(record, entry) || hears(said, entry.at, opens)) continue;
    violations.push_back(fmt::format("{} has not heard that {} opened at {}", notifier,
                                     incident_name(record.incident.id), format_rfc3339(entry.at)));
  }
}

/// Of what is open and nobody looks at, something is heard in every interval, and no more.
void check_reminded(const Ended& ended, Duration interval, const IncidentRecord& record, const std::vector<Heard>& said,
                    Violations& violations) {
  const Timestamp quiet = std::max(ended.calm, ended.ledger.changed(record.incident.id));
  const bool due = record.incident.state == IncidentState::open && ended.end - quiet >= interval + kStillUnderWay;
  if (due && (said.empty() || said.back().at < ended.end - interval - kPrompt)) {
    violations.push_back(fmt::format("hook was not reminded of {} within {}", incident_name(record.incident.id),
                                     format_duration(interval)));
  }
  for (std::size_t index = 1; index < said.size(); ++index) {
    const Duration since = said[index].at - said[index - 1].at;
    if (said[index].word != "reminder" || said[index - 1].at < ended.calm || since >= interval - kPrompt) continue;
    violations.push_back(fmt::format("hook was reminded of {} after {}, at {}", incident_name(record.incident.id),
                                     format_duration(since), format_rfc3339(said[index].at)));
  }
}

bool rose_shortly_before(const IncidentRecord& record, Timestamp at) {
  return std::ranges::any_of(record.timeline, [&](const TimelineEntry& entry) {
    return entry.type == "severity" && entry.at <= at && entry.at >= at - kPrompt && risen_to(entry);
  });
}

/// One opening in a window, unless the severity has risen.
void check_spacing(const Ended& ended, Duration window, const IncidentRecord& record, const std::vector<Heard>& said,
                   Violations& violations) {
  const Heard* opening = nullptr;
  for (const Heard& one : said) {
    if (one.word != "open" || one.at < ended.calm) continue;
    const bool early = opening && one.at - opening->at < window - Duration{5s};
    if (early && !rose_shortly_before(record, one.at)) {
      violations.push_back(fmt::format("hook heard two openings of {} within {}, at {}", one.incident,
                                       format_duration(one.at - opening->at), format_rfc3339(one.at)));
    }
    opening = &one;
  }
}

/// Whether what was told up to `at` leaves the incident open.
bool knows_it_open(const std::vector<Heard>& said, Timestamp at) {
  const auto later = std::ranges::upper_bound(said, at, {}, &Heard::at);
  return later != said.begin() && !says_over(std::prev(later)->word);
}

/// Whoever has others woken knows that somebody is at it. Who acknowledges once more is no news.
void check_acknowledged(const Ended& ended, const Talk& talk, Violations& violations) {
  const auto& [record, notifier, said] = talk;
  Timestamp opened;
  for (const TimelineEntry& entry : record.timeline) {
    if (entry.type == "opened" || entry.type == "reopened") opened = entry.at;
    if (entry.type != "acknowledged" || entry.at < ended.calm || entry.at > ended.end - kStillUnderWay) continue;
    const bool hears_it = std::ranges::any_of(said, [&](const Heard& one) {
      return one.word == "acknowledge" && one.at >= opened && one.at <= entry.at + kPrompt;
    });
    if (hears_it || !knows_it_open(said, entry.at) || changes_again(record, entry)) continue;
    violations.push_back(fmt::format("{} has not heard that {} was acknowledged at {}", notifier,
                                     incident_name(record.incident.id), format_rfc3339(entry.at)));
  }
}

void check_hook(const Ended& ended, const Talk& talk, Violations& violations) {
  const IncidentRecord& record = talk.record;
  const auto interval = hook_reminded_every(ended.config, record.incident.rule);
  const bool is_rejected = ended.rejected.contains(conversed("hook", record.incident));
  if (interval && !is_rejected) check_reminded(ended, *interval, record, talk.said, violations);
  const auto rule =
      std::ranges::find_if(ended.config.rules, [&](const auto& one) { return one->name == record.incident.rule; });
  if (rule != ended.config.rules.end()) check_spacing(ended, (*rule)->dedup_window, record, talk.said, violations);
}

}  // namespace

void check_prompt(const Ended& ended, Violations& violations) {
  Words words;
  for (const Heard& heard : ended.heard) words[heard.conversed()].push_back(heard);
  for (const IncidentRecord& record : ended.book) {
    for (const auto& [notifier, reminded] : listeners(ended.config, record.incident.rule)) {
      const Conversed of = conversed(notifier, record.incident);
      if (notifier == "extra" || ended.orphans.contains(of)) continue;
      const Talk talk{record, notifier, words[of]};
      check_rises(ended, talk, violations);
      check_first_opening(ended, talk, violations);
      if (notifier == "hook") {
        check_hook(ended, talk, violations);
      } else if (ended.versions.size() == 1 && !ended.rejected.contains(of)) {  // a route may not have named it then
        check_acknowledged(ended, talk, violations);
      }
    }
  }
}

}  // namespace tocsin::sim
