#include "agent/notify/deliverer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "agent/base/hash.h"
#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/outbox/backoff.h"
#include "notifiers/make_notifier.h"

namespace tocsin {
namespace {

Outcome outcome_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::delivered:
      return Outcome::delivered;
    case DeliveryState::collapsed:
      return Outcome::collapsed;
    case DeliveryState::failed:
      return Outcome::failed;
    default:
      return Outcome::retried;
  }
}

/// Between two receivers and two incidents tries must not march in step.
uint64_t jitter_seed(const Delivery& delivery) {
  return fnv1a(delivery.notifier) ^ static_cast<uint64_t>(delivery.id) ^ static_cast<uint64_t>(to_unix_ms(delivery.at));
}

}  // namespace

Deliverer::Deliverer(Outbox& outbox, FindIncident find_incident, FindLinks find_links, NextId next_id)
    : outbox_(outbox),
      find_incident_(std::move(find_incident)),
      find_links_(std::move(find_links)),
      next_id_(std::move(next_id)) {}

void Deliverer::configure(const std::vector<NotifierSettings>& notifiers, Draft& draft) {
  std::set<std::string> names;
  for (const NotifierSettings& settings : notifiers) {
    names.insert(settings.name);
    const auto found = channels_.find(settings.name);
    if (found == channels_.end()) {
      channels_.emplace(std::piecewise_construct, std::forward_as_tuple(settings.name),
                        std::forward_as_tuple(settings, make_notifier(settings)));
    } else if (found->second.settings != settings) {
      NotifierStatus counts = std::move(found->second.status);
      const std::size_t in_flight = found->second.in_flight;
      found->second = Channel(settings, make_notifier(settings));
      found->second.status.outcomes = std::move(counts.outcomes);
      found->second.status.latency = std::move(counts.latency);
      found->second.in_flight = in_flight;
    }
  }
  // Also what an agent before this one has left for a notifier that this one was never told of.
  count(outbox_.keep_only(names, draft));
  std::erase_if(flights_, [&](const auto& flight) { return !names.contains(flight.second.notifier); });
  std::erase_if(channels_, [&](const auto& channel) { return !names.contains(channel.first); });
}

void Deliverer::set_back(Duration by) {
  for (auto& [name, channel] : channels_) {
    if (channel.paused_until) *channel.paused_until -= by;
    if (channel.status.lost_at) *channel.status.lost_at -= by;
    channel.pace.set_back(by);
  }
}

bool Deliverer::wants(const std::string& notifier, NotificationKind kind) const {
  const auto channel = channels_.find(notifier);
  return channel != channels_.end() && channel->second.wants(kind);
}

std::vector<std::pair<RequestId, Outgoing>> Deliverer::take(Timestamp now, Draft& draft) {
  std::vector<std::pair<RequestId, Outgoing>> out;
  for (auto& [name, channel] : channels_) take_from(channel, now, draft, out);
  return out;
}

void Deliverer::take_from(Channel& channel, Timestamp now, Draft& draft,
                          std::vector<std::pair<RequestId, Outgoing>>& out) {
  Lane& lane = outbox_.lane(channel.settings.name);
  lane.advance(now);
  while (const auto incident = lane.front()) {
    if (expire(channel, *incident, now, draft)) continue;
    if (channel.is_paused(now) || channel.is_busy() || !channel.pace.take(now)) return;
    const bool many = channel.settings.digest_above && lane.ready() > *channel.settings.digest_above;
    Flight flight = many && channel.notifier->can_digest() ? prepare_digest(channel, *incident, now, draft)
                                                           : prepare(channel, *incident, now, draft);
    out.push_back(launch(channel, std::move(flight)));
  }
}

std::pair<RequestId, Outgoing> Deliverer::launch(Channel& channel, Flight flight) {
  const RequestId id = next_id_();
  Outgoing outgoing = channel.notifier->build(flight.notification);
  flights_.emplace(id, std::move(flight));
  ++channel.in_flight;
  return {id, std::move(outgoing)};
}

void Deliverer::put_back(RequestId id, Draft& draft) {
  const auto node = flights_.extract(id);
  const Flight& flight = node.mapped();
  for (const IncidentId incident : flight.incidents) outbox_.put_back(incident, flight.notifier, draft);
  --channels_.at(flight.notifier).in_flight;
}

std::vector<std::pair<RequestId, Outgoing>> Deliverer::take_unrecorded(Timestamp now, Draft& draft) {
  std::vector<std::pair<RequestId, Outgoing>> out;
  for (auto& [name, channel] : channels_) take_unrecorded_from(channel, now, draft, out);
  return out;
}

/// What is milder by now can wait, what stands behind something else about its incident keeps its place, and no digest
/// is made, which would take along what has to wait.
void Deliverer::take_unrecorded_from(Channel& channel, Timestamp now, Draft& draft,
                                     std::vector<std::pair<RequestId, Outgoing>>& out) {
  if (channel.is_paused(now)) return;
  const std::string& name = channel.settings.name;
  outbox_.lane(name).advance(now);
  for (const IncidentId incident : outbox_.lane(name).ready(Severity::sev1)) {
    const NotificationKind kind = outbox_.head(incident, name).kind;
    if (kind != NotificationKind::open && kind != NotificationKind::escalate) continue;
    if (const Incident* still = find_incident_(incident); !still || still->severity != Severity::sev1) continue;
    if (expire(channel, incident, now, draft)) continue;
    if (channel.is_busy() || !channel.pace.take(now)) return;
    Flight flight = prepare(channel, incident, now, draft);
    flight.unrecorded = true;
    mark_unrecorded(flight.notification.incident);
    log::warn("notification sent without a record of it, as the store cannot be written",
              {{"notifier", name}, {"incident", incident_name(incident)}, {"kind", kind_text(kind)}});
    out.push_back(launch(channel, std::move(flight)));
  }
}

bool Deliverer::unrecorded(RequestId id) const {
  const auto flight = flights_.find(id);
  return flight != flights_.end() && flight->second.unrecorded;
}

/// When what was tried is given up; what never was is not.
std::optional<Timestamp> Deliverer::given_up_at(const Channel& channel, IncidentId incident) const {
  const Delivery& head = outbox_.head(incident, channel.settings.name);
  return head.attempts == 0 ? std::nullopt : std::optional(head.waits_since + channel.settings.max_retry_age);
}

/// Gives up a delivery that has been tried for too long.
bool Deliverer::expire(Channel& channel, IncidentId incident, Timestamp now, Draft& draft) {
  const auto end = given_up_at(channel, incident);
  if (!end || now < *end) return false;
  const Delivery& head = outbox_.head(incident, channel.settings.name);
  Verdict verdict;
  verdict.outcome = Verdict::Outcome::refused;
  verdict.reason =
      fmt::format("given up after {}, last: {}", format_duration(channel.settings.max_retry_age), head.last_error);
  settle_one(channel, incident, verdict, std::nullopt, now, draft);
  return true;
}

IncidentSnapshot Deliverer::shown(IncidentId id, const Delivery& delivery) const {
  const Incident* incident = find_incident_(id);
  return incident ? snapshot(*incident, delivery, find_links_(incident->rule)) : IncidentSnapshot{};
}

Deliverer::Flight Deliverer::prepare(Channel& channel, IncidentId incident, Timestamp now, Draft& draft) {
  const std::string& name = channel.settings.name;
  const Delivery& head = outbox_.head(incident, name);
  Flight flight{.notifier = name, .incidents = {incident}, .notification = {}};
  flight.notification.delivery = head.id;
  flight.notification.kind = head.kind;
  flight.notification.at = head.at;
  flight.notification.now = now;
  flight.notification.incident = shown(incident, head);
  flight.notification.external_url = find_links_("").external_url;
  flight.notification.remembered = outbox_.told(incident, name).remembered;
  outbox_.start(incident, name, now, draft);
  return flight;
}

Deliverer::Flight Deliverer::prepare_digest(Channel& channel, IncidentId first, Timestamp now, Draft& draft) {
  Lane& lane = outbox_.lane(channel.settings.name);
  Flight flight = prepare(channel, first, now, draft);
  flight.notification.digest.push_back(flight.notification.incident);
  while (const auto incident = lane.front()) {
    if (expire(channel, *incident, now, draft)) continue;
    flight.incidents.push_back(*incident);
    flight.notification.digest.push_back(shown(*incident, outbox_.head(*incident, channel.settings.name)));
    outbox_.start(*incident, channel.settings.name, now, draft);
  }
  return flight;
}

std::optional<std::pair<RequestId, Outgoing>> Deliverer::completed(RequestId id, const Response& response,
                                                                   Timestamp now, Draft& draft) {
  auto node = flights_.extract(id);
  if (node.empty()) return std::nullopt;
  Flight& flight = node.mapped();
  Channel& channel = channels_.at(flight.notifier);
  Verdict verdict = channel.notifier->judge(flight.notification, response);
  // Whatever the answer says, it says it of the second request.
  verdict.maybe_seen = verdict.maybe_seen || response.resent;
  for (const IncidentId incident : flight.incidents) {
    outbox_.remember(incident, flight.notifier, verdict.remember, draft);
  }
  if (verdict.outcome == Verdict::Outcome::more) {
    for (const auto& [name, value] : verdict.remember) flight.notification.remembered[name] = value;
    flight.notification.now = now;
    Outgoing next = channel.notifier->build(flight.notification);
    const RequestId next_id = next_id_();
    flights_.emplace(next_id, std::move(flight));
    return std::pair{next_id, std::move(next)};
  }
  --channel.in_flight;
  settle(channel, flight, verdict, now, draft);
  return std::nullopt;
}

void Deliverer::settle(Channel& channel, const Flight& flight, const Verdict& verdict, Timestamp now, Draft& draft) {
  const bool good = verdict.outcome == Verdict::Outcome::accepted;
  if (!good && channel.status.last_error != verdict.reason) {
    log::warn(verdict.outcome == Verdict::Outcome::retry ? "notification not accepted, will be tried again"
                                                         : "notification refused",
              {{"notifier", flight.notifier},
               {"incident", flight.notification.incident.id},
               {"kind", kind_text(flight.notification.kind)},
               {"reason", verdict.reason}});
  }
  channel.status.last_error = good ? "" : verdict.reason;
  pause(channel, verdict, now);
  // What went out together is tried again together: a digest must not fall apart.
  const Delivery& first = outbox_.head(flight.incidents.front(), flight.notifier);
  const Timestamp again = now + backoff(first.attempts + 1, jitter_seed(first), verdict.after);
  for (const IncidentId incident : flight.incidents) settle_one(channel, incident, verdict, again, now, draft);
}

/// A receiver that is down as a whole is not asked once for each incident that waits for it. Nothing is sent in a
/// pause: a try that ends in it was under way before, so it neither lifts the pause nor counts as one more failure in a
/// row.
void Deliverer::pause(Channel& channel, const Verdict& verdict, Timestamp now) {
  const bool paused = channel.is_paused(now);
  if (verdict.outcome != Verdict::Outcome::retry || !verdict.pause_notifier) {
    if (paused) return;
    channel.pauses = 0;
    channel.paused_until.reset();
    return;
  }
  if (!paused) ++channel.pauses;
  const Timestamp until = now + backoff(channel.pauses, fnv1a(channel.settings.name), verdict.after);
  channel.paused_until = paused ? std::max(channel.paused_until.value_or(until), until) : until;
}

/// `again`: when the next try may be; nullopt where there was none.
void Deliverer::settle_one(Channel& channel, IncidentId incident, const Verdict& verdict,
                           std::optional<Timestamp> again, Timestamp now, Draft& draft) {
  const std::string& name = channel.settings.name;
  Outbox::Try result{.state = DeliveryState::delivered,
                     .error = verdict.reason,
                     .not_before = now,
                     .maybe_seen = verdict.maybe_seen,
                     .tried = again.has_value()};
  if (verdict.outcome == Verdict::Outcome::retry) {
    // Nor later than it is given up: that is no time to wait for.
    const Timestamp end = outbox_.head(incident, name).waits_since + channel.settings.max_retry_age;
    result.state = DeliveryState::pending;
    result.not_before = std::max(now, std::min(again.value_or(now), end));
  } else if (verdict.outcome == Verdict::Outcome::refused) {
    result.state = DeliveryState::failed;
  }
  const Incident* of = find_incident_(incident);
  Outbox::Ended ended;
  const Delivery after = outbox_.finish(incident, name, result, of && of->resolved(), now, draft, ended);
  ++channel.status.outcomes[{after.kind, outcome_of(after.state)}];
  if (after.state == DeliveryState::failed) channel.status.lost_at = channel.status.lost_at.value_or(now);
  if (after.state == DeliveryState::delivered) channel.status.lost_at.reset();
  if (after.state == DeliveryState::delivered) {
    // The clock may have been set back.
    channel.status.latency.observe(in_seconds(std::max(Duration{0}, now - after.at)));
  }
  write_down(after, now, draft);
  count(ended);
}

void Deliverer::write_down(const Delivery& delivery, Timestamp now, Draft& draft) {
  const std::string tries = delivery.attempts > 1 ? fmt::format(" at try {}", delivery.attempts) : "";
  std::string text;
  if (delivery.state == DeliveryState::delivered) {
    text = fmt::format("{} told of {}{}", delivery.notifier, kind_text(delivery.kind), tries);
    if (!delivery.last_error.empty()) text += ": " + delivery.last_error;
  } else if (delivery.state == DeliveryState::failed) {
    text = fmt::format("{} not told of {}, given up{}: {}", delivery.notifier, kind_text(delivery.kind), tries,
                       delivery.last_error);
    log::error("notification given up", {{"notifier", delivery.notifier},
                                         {"incident", incident_name(delivery.incident)},
                                         {"kind", kind_text(delivery.kind)},
                                         {"reason", delivery.last_error}});
  } else if (delivery.attempts == 1) {
    text = fmt::format("{} did not take {}, trying again: {}", delivery.notifier, kind_text(delivery.kind),
                       delivery.last_error);
  } else {
    return;  // the delivery itself counts its tries and keeps the last error
  }
  draft.timeline.push_back({delivery.incident, now, "notification", std::move(text), ""});
}

void Deliverer::count(const Outbox::Ended& ended) {
  for (const Delivery& delivery : ended) {
    const auto channel = channels_.find(delivery.notifier);
    if (channel != channels_.end()) ++channel->second.status.outcomes[{delivery.kind, outcome_of(delivery.state)}];
  }
}

std::optional<Timestamp> Deliverer::next_due(Timestamp now) const {
  std::optional<Timestamp> next;
  for (const auto& [name, channel] : channels_) {
    const Lane& lane = outbox_.lane(name);
    std::optional<Timestamp> due = lane.ready() > 0 ? now : lane.next_due();
    if (!due || channel.is_busy()) continue;
    if (const auto first = lane.front()) {
      Timestamp open = channel.pace.next(now);
      if (channel.paused_until) open = std::max(open, *channel.paused_until);
      due = std::max(*due, std::min(open, given_up_at(channel, *first).value_or(open)));
    }
    next = std::min(next.value_or(Timestamp::max()), *due);
  }
  return next;
}

std::vector<NotifierStatus> Deliverer::status() const {
  std::vector<NotifierStatus> all;
  for (const auto& [name, channel] : channels_) {
    NotifierStatus status = channel.status;
    status.depth = outbox_.depth(name);
    status.oldest = outbox_.oldest(name);
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace tocsin
