// What must hold of what each receiver heard, taken as a whole.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/checks.h"
#include "tests/simulation/sim_config.h"

namespace tocsin::sim {
namespace {

constexpr std::array kNotifiers = {"hook", "pager", "slack", "mail"};  // but for the one that comes and goes

bool begins(const std::string& word) {
  return word == "open" || word == "trigger" || word == "past";
}

/// Told in order, and told of nothing whose beginning was not told; doubles only where nobody could know.
void check_conversation(const Ended& ended, const Conversed& of, const std::vector<Heard>& said,
                        Violations& violations) {
  const uint64_t doubts = count_of(ended.doubts, of);
  bool open = false;
  uint64_t doubles = 0;
  uint64_t unopened = 0;
  for (const Heard& one : said) {
    if (!open && !begins(one.word)) ++unopened;
    // A rise of severity is a trigger of its own at the pager, so doubles show only at the webhooks.
    if (open && one.word == "open") ++doubles;
    open = !says_over(one.word);
  }
  if (unopened > doubts) {
    violations.push_back(fmt::format("{} heard {} times of {} without an opening, for {} doubts", of.first, unopened,
                                     of.second, doubts));
  }
  // Whose end was refused is told of a new beginning, as is who was not configured when it ended.
  if (of.first != "extra" && doubles > doubts + count_of(ended.rejected, of)) {
    violations.push_back(fmt::format("{} heard {} doubles of {}, for {} doubts", of.first, doubles, of.second, doubts));
  }
}

using Conversations = std::map<Conversed, std::vector<Heard>>;

/// No word of what is open comes after the word that it is over, unless it has opened anew.
void check_no_more_beginnings(const Ended& ended, const Conversations& all, Violations& violations) {
  std::map<Conversed, uint64_t> happened;
  for (const IncidentRecord& record : ended.book) {
    const auto times = std::ranges::count_if(
        record.timeline, [](const auto& entry) { return entry.type == "opened" || entry.type == "reopened"; });
    for (const char* notifier : kNotifiers) {
      happened[conversed(notifier, record.incident)] += static_cast<uint64_t>(times);
    }
  }
  for (const auto& [of, said] : all) {
    if (!happened.contains(of) || ended.orphans.contains(of)) continue;
    uint64_t told = 0;
    bool open = false;
    for (const Heard& one : said) {
      if (!open && !says_over(one.word)) ++told;
      open = !says_over(one.word);
    }
    if (told <= happened.at(of) + count_of(ended.doubts, of)) continue;
    violations.push_back(fmt::format("{} heard {} times that {} is open, but it opened {} times", of.first, told,
                                     of.second, happened.at(of)));
  }
}

/// The worst that a notifier knows of; a follow-up to the pager does not say it again.
std::optional<Severity> last_severity(const std::vector<Heard>& said) {
  const auto last = std::find_if(said.rbegin(), said.rend(), [](const Heard& one) { return one.severity.has_value(); });
  return last == said.rend() ? std::nullopt : last->severity;
}

/// Every notifier's last word is the incident's state.
void check_last_word(const Ended& ended, const Conversed& of, const IncidentRecord& record, const Conversations& all,
                     Violations& violations) {
  const auto said = all.find(of);
  const Heard* last = said == all.end() ? nullptr : &said->second.back();
  const bool told_open = last && !says_over(last->word);
  if (told_open == record.incident.resolved()) {
    violations.push_back(fmt::format("{} is {} but {}'s last word is {}", of.second, state_text(record.incident.state),
                                     of.first, last ? last->word : "none"));
  }
  // A reminder may be under way at the end.
  if (last && !last->by_all && ended.end - last->at >= kStillUnderWay) {
    violations.push_back(fmt::format("not all have the mail that says {} of {}", last->word, of.second));
  }
  const std::optional<Severity> severity = told_open ? last_severity(said->second) : std::nullopt;
  if (!severity || !worse(record.incident.severity, *severity)) return;
  violations.push_back(fmt::format("{} is {} but {} last heard {}", of.second, severity_text(record.incident.severity),
                                   of.first, severity_text(*severity)));
}

/// And that somebody is at it is known to all but the webhook, which does not want to.
void check_acknowledged(const Conversed& of, const IncidentRecord& record, const Conversations& all,
                        Violations& violations) {
  const auto said = all.find(of);
  if (of.first == "hook" || said == all.end() || record.incident.state != IncidentState::acknowledged) return;
  const auto over =
      std::find_if(said->second.rbegin(), said->second.rend(), [](const Heard& one) { return says_over(one.word); });
  if (std::find_if(said->second.rbegin(), over, [](const Heard& one) { return one.word == "acknowledge"; }) != over)
    return;
  violations.push_back(fmt::format("{} is acknowledged, and {} has not heard of it", of.second, of.first));
}

/// Whether a notifier that refused something for good has accepted what is told last of this incident.
bool has_heard_the_end(const std::string& notifier, const IncidentRecord& record) {
  const Delivery* last = nullptr;
  for (const Delivery& delivery : record.deliveries) {
    if (delivery.notifier == notifier && delivery.state != DeliveryState::collapsed) last = &delivery;
  }
  return last && last->state != DeliveryState::failed;
}

/// Nothing is given up that was not refused for good.
void check_given_up(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    for (const Delivery& delivery : record.deliveries) {
      const Conversed of = conversed(delivery.notifier, record.incident);
      if (delivery.state != DeliveryState::failed || of.first == "extra" || ended.rejected.contains(of)) continue;
      violations.push_back(fmt::format("{} of {} for {} was given up: {}", kind_text(delivery.kind), of.second,
                                       of.first, delivery.last_error));
    }
  }
}

/// What nobody takes is tried for `max_retry_age`: no less for a step of the clock, for a sleep or while nothing ran,
/// and no longer, but for what an agent that died may not have written down.
void check_retry_age(const Ended& ended, Violations& violations) {
  const Duration age = ended.config.notifiers.front().max_retry_age;
  const auto drifted = [](Duration one) { return one * 97 / 100; };
  for (const IncidentRecord& record : ended.book) {
    for (const Delivery& delivery : record.deliveries) {
      const Waited waited = ended.ledger.waited(delivery);
      const Duration least = waited.in_hand + waited.awake;
      if (is_too_old(delivery) && least < drifted(age)) {
        violations.push_back(fmt::format("{} of {} for {} was given up after {}", kind_text(delivery.kind),
                                         incident_name(delivery.incident), delivery.notifier, format_duration(least)));
      }
      const std::optional<Waited> tried = ended.ledger.tried(delivery);
      if (!tried || drifted(tried->awake) < age + 1min || tried->restarted) continue;
      violations.push_back(fmt::format("{} of {} for {} was tried for {}", kind_text(delivery.kind),
                                       incident_name(delivery.incident), delivery.notifier,
                                       format_duration(tried->awake)));
    }
  }
}

/// Whom the configurations name that were in force while the incident lived.
struct Named {
  std::set<std::string> by_one;
  std::set<std::string> by_all;
};

Named named(const Ended& ended, const Incident& incident) {
  std::map<std::string, std::size_t> times;
  const std::vector<const Config*> configs = in_force_since(ended, incident.opened_at);
  for (const Config* config : configs) {
    for (const auto& [notifier, reminded] : listeners(*config, incident.rule)) ++times[notifier];
  }
  Named named;
  for (const auto& [notifier, count] : times) {
    named.by_one.insert(notifier);
    if (count == configs.size()) named.by_all.insert(notifier);
  }
  return named;
}

/// Whom a route has ceased to name is told of the end, and of no new beginning.
void check_parting_word(const Conversed& of, const IncidentRecord& record, const Conversations& all,
                        Violations& violations) {
  const auto said = all.find(of);
  if (!record.incident.resolved() || said == all.end() || says_over(said->second.back().word)) return;
  violations.push_back(fmt::format("{} is over but {}, whom its route named for a while, last heard {}", of.second,
                                   of.first, said->second.back().word));
}

void check_last_words(const Ended& ended, const Conversations& all, Violations& violations) {
  struct Latest {
    const IncidentRecord* record;
    bool always_named;
  };
  std::map<Conversed, Latest> latest;  // several incidents may have one key, one after another
  for (const IncidentRecord& record : ended.book) {
    const Named to = named(ended, record.incident);
    for (const std::string& notifier : to.by_one) {
      if (notifier != "extra") latest[conversed(notifier, record.incident)] = {&record, to.by_all.contains(notifier)};
    }
  }
  for (const auto& [of, told] : latest) {
    const IncidentRecord& record = *told.record;
    if (may_be_under_way(ended, record) || ended.orphans.contains(of)) continue;
    if (ended.rejected.contains(of) && !has_heard_the_end(of.first, record)) continue;
    told.always_named ? check_last_word(ended, of, record, all, violations)
                      : check_parting_word(of, record, all, violations);
    if (told.always_named && !ended.rejected.contains(of)) check_acknowledged(of, record, all, violations);
  }
}

/// Of each incident the webhook is told something, and be it that it is past.
void check_not_silent(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    const Conversed of = conversed("hook", record.incident);
    if (may_be_under_way(ended, record) || ended.orphans.contains(of)) continue;
    if (std::ranges::count(record.deliveries, "hook", &Delivery::notifier) > 0) continue;
    violations.push_back(fmt::format("there is no word for hook about {}", of.second));
  }
}

/// The pager may know an earlier incident by the same key, which is over by then.
bool is_told(const Ended& ended, const Incident& incident, const Conversed& of, const Conversations& all) {
  const auto said = all.find(of);
  if (said == all.end()) return false;
  const Timestamp from = ended.clock_was_set() ? Timestamp{} : ended.ledger.appeared(incident.id);
  return std::ranges::any_of(said->second, [from](const Heard& one) { return one.at >= from; });
}

/// And only those are told whom a route names.
void check_routes(const Ended& ended, const Conversations& all, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    const std::set<std::string> to = named(ended, record.incident).by_one;
    for (const char* notifier : kNotifiers) {
      const Conversed of = conversed(notifier, record.incident);
      if (to.contains(notifier) || !is_told(ended, record.incident, of, all) || ended.orphans.contains(of)) continue;
      violations.push_back(
          fmt::format("{} was told of {}, and no route names it", notifier, incident_name(record.incident.id)));
    }
  }
}

void check_outbox(const Ended& ended, Violations& violations) {
  for (const IncidentRecord& record : ended.book) {
    for (const Delivery& delivery : record.deliveries) {
      if (delivery.waiting() && ended.real_end - ended.ledger.waits_since(delivery) >= kStillUnderWay) {
        violations.push_back(fmt::format("{} for {} about {} still waits", kind_text(delivery.kind), delivery.notifier,
                                         incident_name(delivery.incident)));
      }
    }
  }
}

}  // namespace

void check_told(const Ended& ended, Violations& violations) {
  Conversations all;
  for (const Heard& heard : ended.heard) all[heard.conversed()].push_back(heard);
  for (const auto& [of, said] : all) {
    // A message to Slack says how things are, and not what happened.
    if (!ended.orphans.contains(of) && of.first != "slack") check_conversation(ended, of, said, violations);
  }
  check_no_more_beginnings(ended, all, violations);
  check_last_words(ended, all, violations);
  check_given_up(ended, violations);
  check_retry_age(ended, violations);
  check_not_silent(ended, violations);
  check_routes(ended, all, violations);
  check_outbox(ended, violations);
}

}  // namespace tocsin::sim
