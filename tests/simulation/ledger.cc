#include "tests/simulation/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/evaluate/evaluator.h"
#include "agent/outbox/news.h"

namespace tocsin::sim {

Conversed Ledger::conversed(const Delivery& delivery) const {
  if (delivery.notifier != "pager") return {delivery.notifier, incident_name(delivery.incident)};
  const auto found = incidents_.find(delivery.incident);
  return {delivery.notifier, found == incidents_.end() ? "" : found->second.dedup_key};
}

void Ledger::commit(const Change& change) {
  if (!began_) began_ = loaded_at_;
  note_turns(change);
  for (const Incident& incident : change.incidents) keep(incident);
  for (const Incident& incident : change.incidents) check_alone(incident);
  for (const Delivery& delivery : change.deliveries) {
    left_over_.erase(delivery.id);
    clock(delivery);
    if (delivery.waiting()) {
      waiting_.insert_or_assign(delivery.id, delivery);
      measure(delivery);
    } else {
      note_abandoned(delivery);
      waiting_.erase(delivery.id);
    }
  }
}

void Ledger::loaded(const Stored& stored) {
  loaded_at_ = clock_.now();
  const auto is_in = [](const auto& all, const auto& one) {
    return std::ranges::any_of(all, [&](const auto& other) { return other.id == one.id && other.state == one.state; });
  };
  for (const auto& [id, incident] : incidents_) {
    if (incident.resolved() || is_in(stored.incidents, incident)) continue;
    offences_.push_back(fmt::format("{} is lost", incident_name(id)));
  }
  for (const auto& [id, delivery] : waiting_) {
    if (is_in(stored.deliveries, delivery)) continue;
    offences_.push_back(fmt::format("what is to be told of {} is lost", incident_name(delivery.incident)));
  }
}

/// Its notifier was taken out while it was under way: nobody waits for the answer.
void Ledger::note_abandoned(const Delivery& delivery) {
  const auto before = waiting_.find(delivery.id);
  if (before == waiting_.end() || before->second.state != DeliveryState::sending) return;
  if (delivery.attempts == before->second.attempts) add_doubt(conversed(delivery));
}

void Ledger::clock(const Delivery& delivery) {
  Wait& wait =
      waits_.try_emplace(delivery.id, Wait{clock_.real(), clock_.steady(), clock_.now() - delivery.waits_since})
          .first->second;
  wait.waited = {clock_.steady() - wait.since_awake, clock_.real() - wait.since, wait.in_hand, wait.restarted};
  if (delivery.state == DeliveryState::sending && delivery.attempts > 0) wait.tried = wait.waited;
}

void Ledger::keep(const Incident& incident) {
  appeared_.try_emplace(incident.id, clock_.real());
  const auto before = incidents_.find(incident.id);
  if (before == incidents_.end() || announcement(before->second) != announcement(incident)) {
    changed_[incident.id] = clock_.real();
  }
  incidents_.insert_or_assign(incident.id, incident);
  std::erase_if(unrecorded_, [&](const Conversed& of) {
    return of.second == incident_name(incident.id) || of.second == incident.dedup_key;
  });
}

void Ledger::note_turns(const Change& change) {
  for (const Incident& incident : change.incidents) {
    const auto before = incidents_.find(incident.id);
    const bool was_open = before != incidents_.end() && !before->second.resolved();
    if (was_open != incident.resolved()) continue;
    const bool by_evidence = incident.resolve_reason == kRecovered || incident.resolve_reason == kSeriesGone;
    const auto line = std::find_if(change.timeline.rbegin(), change.timeline.rend(), [&](const TimelineEntry& one) {
      const bool begins = one.type == "opened" || one.type == "reopened";
      return one.incident == incident.id && (incident.resolved() ? one.type == "resolved" : begins);
    });
    const Timestamp at = (line == change.timeline.rend() ? clock_.now() : line->at) + clock_.lost();
    turns_.push_back({incident.id, !incident.resolved(),
                      incident.resolved() && by_evidence && !incident.resolved_by_hand, at, clock_.real()});
  }
}

/// One open incident for a key, at every moment.
void Ledger::check_alone(const Incident& incident) {
  if (incident.resolved()) return;
  for (const auto& [id, other] : incidents_) {
    if (id == incident.id || other.resolved() || other.rule != incident.rule || other.key != incident.key) continue;
    offences_.push_back(fmt::format("{} and {} are open at once, both of {}", incident_name(id),
                                    incident_name(incident.id), incident.dedup_key));
  }
}

void Ledger::measure(const Delivery& delivery) {
  const auto same = std::ranges::count_if(waiting_, [&](const auto& entry) {
    return entry.second.incident == delivery.incident && entry.second.notifier == delivery.notifier;
  });
  longest_ = std::max(longest_, static_cast<std::size_t>(same));
}

bool Ledger::being_told(const Conversed& of, const Matches& matches) const {
  return std::ranges::any_of(waiting_, [&](const auto& entry) {
    const Delivery& delivery = entry.second;
    return delivery.state == DeliveryState::sending && conversed(delivery) == of &&
           matches(delivery, incidents_.at(delivery.incident));
  });
}

void Ledger::told_unrecorded(const Conversed& of) {
  add_doubt(of);
  unrecorded_.insert(of);
}

void Ledger::agent_stopped() {
  for (const auto& [id, delivery] : waiting_) {
    if (delivery.state != DeliveryState::sending || left_over_.contains(id)) continue;
    offences_.push_back(fmt::format("the stop left {} of {} for {} under way", kind_text(delivery.kind),
                                    incident_name(delivery.incident), delivery.notifier));
  }
}

void Ledger::agent_was_away(Duration length) {
  for (const auto& [id, delivery] : waiting_) waits_.at(id).since_awake += length;
}

void Ledger::agent_died() {
  orphans_.merge(std::exchange(unrecorded_, {}));
  for (const auto& [id, delivery] : waiting_) {
    waits_.at(id).restarted = true;
    if (delivery.state != DeliveryState::sending) continue;
    add_doubt(conversed(delivery));
    left_over_.insert(id);
  }
}

}  // namespace tocsin::sim
