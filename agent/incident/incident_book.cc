#include "agent/incident/incident_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/base/assert.h"
#include "agent/base/limits.h"
#include "agent/base/text.h"
#include "agent/incident/describe.h"

namespace tocsin {
namespace {

void write_timeline(Draft& draft, const Incident& incident, Timestamp at, std::string type, std::string text,
                    std::string by = {}) {
  draft.timeline.push_back({incident.id, at, std::move(type), std::move(text), std::move(by)});
}

std::string opened_text(const Rule& rule, const Firing& firing, Timestamp at) {
  const std::string others = firing.series_count > 1 ? fmt::format(" and {} more", firing.series_count - 1) : "";
  return fmt::format("{}: {} for {}, {}{}", severity_text(rule.grades[firing.grade].severity),
                     evidence_text(rule, firing), format_duration(at - firing.since), firing.worst.text(), others);
}

std::string cleared_text(const Cleared& cleared) {
  if (cleared.key.has(kNoDataLabel)) return "there is data again";
  return fmt::format("{}: {} {} {}", cleared.reason, cleared.series.text(),
                     cleared.reason == kSeriesGone ? "was last seen at" : "is at", format_number(cleared.value));
}

/// Either way: what a tick has ended that was asked for before the clock was set back lies ahead.
bool within(Duration window, const Incident& incident, Timestamp at) {
  return incident.resolved() && std::chrono::abs(at - incident.ended()) < window;
}

/// The series were breaching already when a person resolved the incident: nothing new has happened, and for a while
/// that is left at rest. So is what is read again of the time before. A breach that had lasted for less than the clock
/// was set back since counts as a new one: it is told once more rather than late.
bool left_at_rest(const Incident& incident, const Firing& firing, Duration dedup_window, Timestamp at) {
  if (!incident.resolved_by_hand || !incident.resolved() || firing.since > incident.ended()) return false;
  return at - incident.ended() < std::max(dedup_window, limits::kRestAfterHandMin);
}

}  // namespace

void IncidentBook::restore(std::vector<Incident> incidents, IncidentId next, Timestamp left_at) {
  next_ = next;
  for (Incident& incident : incidents) {
    if (incident.resolved()) {
      incident.set_back = std::max(Duration{0}, incident.ended() - left_at);
    } else {
      ++active_[incident.rule];
    }
    incidents_.emplace(incident.id, std::move(incident));
  }
  for (const auto& [id, incident] : incidents_) by_key_[{incident.rule, incident.key}].push_back(id);
}

void IncidentBook::set_back(Duration by) {
  for (auto& [id, incident] : incidents_) {
    if (incident.resolved()) incident.set_back += by;
  }
}

IncidentBook::Events IncidentBook::apply(const Rule& rule, const Evaluation& evaluation,
                                         const Surroundings& surroundings, Timestamp at, Draft& draft) {
  Events events;
  std::size_t left_out = 0;
  for (const Firing& firing : evaluation.firing) {
    Incident* incident = latest({rule.name, firing.key});
    if (incident && left_at_rest(*incident, firing, rule.dedup_window, at)) continue;
    if (incident && !incident->resolved()) {
      go_on(*incident, rule, firing, surroundings, at, draft, events);
    } else if (is_full(rule)) {
      ++left_out;
    } else if (incident && within(rule.dedup_window, *incident, at)) {
      events.push_back(reopen(*incident, rule, firing, surroundings, at, draft));
    } else {
      events.push_back(open(rule, firing, surroundings, at, draft));
    }
  }
  left_out_.erase(rule.name);
  if (left_out > 0) left_out_.emplace(rule.name, left_out);
  for (const Cleared& cleared : evaluation.cleared) {
    Incident* incident = latest({rule.name, cleared.key});
    if (incident && !incident->resolved()) {
      events.push_back(end(*incident, {cleared.reason, cleared_text(cleared), ""}, at, draft));
    }
  }
  return events;
}

bool IncidentBook::is_full(const Rule& rule) const {
  const auto active = active_.find(rule.name);
  return active != active_.end() && active->second >= rule.max_incidents;
}

/// An incident that is active already: what it shows, and its severity.
void IncidentBook::go_on(Incident& incident, const Rule& rule, const Firing& firing, const Surroundings& surroundings,
                         Timestamp at, Draft& draft, Events& events) {
  if (describe(incident, rule, firing, surroundings)) draft.incidents.insert(incident.id);
  const Severity severity = rule.grades[firing.grade].severity;
  if (severity == incident.severity) return;
  write_timeline(draft, incident, at, "severity",
                 fmt::format("{} to {}: {}", severity_text(incident.severity), severity_text(severity),
                             evidence_text(rule, firing)));
  incident.severity = severity;
  draft.incidents.insert(incident.id);
  events.push_back({IncidentEvent::Kind::severity, incident.id, {}});
}

IncidentEvent IncidentBook::open(const Rule& rule, const Firing& firing, const Surroundings& surroundings, Timestamp at,
                                 Draft& draft) {
  Incident incident;
  incident.id = next_++;
  incident.rule = rule.name;
  incident.key = firing.key;
  incident.dedup_key = dedup_key(rule, firing.key, surroundings);
  std::vector<IncidentId>& same_key = by_key_[{rule.name, firing.key}];
  if (needs_own_dedup_key(same_key, incident.dedup_key, surroundings))
    incident.dedup_key += " " + incident_name(incident.id);
  incident.severity = rule.grades[firing.grade].severity;
  incident.opened_at = at;
  describe(incident, rule, firing, surroundings);
  write_timeline(draft, incident, at, "opened", opened_text(rule, firing, at));
  draft.incidents.insert(incident.id);
  same_key.push_back(incident.id);
  ++active_[rule.name];
  const IncidentEvent event{IncidentEvent::Kind::opened, incident.id, at - firing.since};
  incidents_.emplace(incident.id, std::move(incident));
  return event;
}

/// Receivers know an alert by its key: the resolve of an earlier incident, told late, must not end this one.
bool IncidentBook::needs_own_dedup_key(const std::vector<IncidentId>& earlier, const std::string& usual,
                                       const Surroundings& surroundings) const {
  return std::ranges::any_of(
      earlier, [&](IncidentId id) { return surroundings.is_untold(id) || incidents_.at(id).dedup_key != usual; });
}

IncidentEvent IncidentBook::reopen(Incident& incident, const Rule& rule, const Firing& firing,
                                   const Surroundings& surroundings, Timestamp at, Draft& draft) {
  incident.state = IncidentState::open;
  incident.severity = rule.grades[firing.grade].severity;
  incident.acknowledged_at.reset();
  incident.acknowledged_by.clear();
  incident.resolved_at.reset();
  incident.resolve_reason.clear();
  incident.resolved_by_hand = false;
  ++incident.flaps;
  ++active_[rule.name];
  describe(incident, rule, firing, surroundings);
  write_timeline(draft, incident, at, "reopened", opened_text(rule, firing, at));
  draft.incidents.insert(incident.id);
  return {IncidentEvent::Kind::reopened, incident.id, {}};
}

IncidentEvent IncidentBook::end(Incident& incident, const Ending& ending, Timestamp at, Draft& draft) {
  incident.state = IncidentState::resolved;
  --active_[incident.rule];
  incident.resolved_at = at;
  incident.set_back = Duration{0};
  incident.resolve_reason = ending.reason;
  write_timeline(draft, incident, at, "resolved", ending.text, ending.by);
  draft.incidents.insert(incident.id);
  return {IncidentEvent::Kind::resolved, incident.id, {}};
}

Result<Incident*> IncidentBook::active(IncidentId id) {
  if (id < 1 || id >= next_) return fail(fmt::format("there is no {}", incident_name(id)), ErrorCode::not_found);
  const auto found = incidents_.find(id);
  if (found == incidents_.end() || found->second.resolved()) {
    return fail(fmt::format("{} is already resolved", incident_name(id)), ErrorCode::conflict);
  }
  return &found->second;
}

Result<IncidentBook::Events> IncidentBook::acknowledge(IncidentId id, const std::string& by, const std::string& text,
                                                       Timestamp at, Draft& draft) {
  const Result<Incident*> found = active(id);
  if (!found) return std::unexpected(found.error());
  Incident& incident = **found;
  write_timeline(draft, incident, at, "acknowledged", text, by);
  if (incident.state == IncidentState::acknowledged) return Events{};  // on the record; nothing else changes
  incident.state = IncidentState::acknowledged;
  incident.acknowledged_at = at;
  incident.acknowledged_by = by;
  draft.incidents.insert(id);
  return Events{{IncidentEvent::Kind::acknowledged, id, {}}};
}

Result<IncidentBook::Events> IncidentBook::resolve(IncidentId id, const std::string& by, const std::string& text,
                                                   Timestamp at, Draft& draft) {
  const Result<Incident*> found = active(id);
  if (!found) return std::unexpected(found.error());
  (*found)->resolved_by_hand = true;
  return Events{end(**found, {fmt::format("resolved by {}", by), text, by}, at, draft)};
}

Result<void> IncidentBook::note(IncidentId id, const std::string& by, const std::string& text, Timestamp at,
                                Draft& draft) {
  if (id < 1 || id >= next_) return fail(fmt::format("there is no {}", incident_name(id)), ErrorCode::not_found);
  draft.timeline.push_back({id, at, "note", text, by});
  return {};
}

IncidentBook::Events IncidentBook::resolve_all(const std::string& rule, const std::string& reason, Timestamp at,
                                               Draft& draft) {
  left_out_.erase(rule);
  Events events;
  for (auto& [id, incident] : incidents_) {
    if (incident.rule == rule && !incident.resolved()) events.push_back(end(incident, {reason, reason, ""}, at, draft));
  }
  return events;
}

const Incident* IncidentBook::find(IncidentId id) const {
  const auto found = incidents_.find(id);
  return found == incidents_.end() ? nullptr : &found->second;
}

Incident& IncidentBook::get(IncidentId id) {
  const auto found = incidents_.find(id);
  TOCSIN_ASSERT(found != incidents_.end());
  return found->second;
}

Incident* IncidentBook::latest(const Key& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &get(found->second.back());
}

void IncidentBook::forget_if(const std::function<bool(const Incident&, bool)>& over) {
  std::erase_if(incidents_, [&](const auto& entry) {
    const Incident& incident = entry.second;
    if (!incident.resolved()) return false;
    const auto same_key = by_key_.find({incident.rule, incident.key});
    const bool is_latest = same_key->second.back() == incident.id;
    // While an earlier one is kept so is the latest, or the earlier one would be taken for it.
    if ((is_latest && same_key->second.size() > 1) || !over(incident, is_latest)) return false;
    std::erase(same_key->second, incident.id);
    if (same_key->second.empty()) by_key_.erase(same_key);
    return true;
  });
}

}  // namespace tocsin
