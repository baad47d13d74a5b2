#include "agent/outbox/outbox.h"

#include <algorithm>

#include "agent/base/assert.h"
#include "agent/outbox/news.h"

namespace tocsin {
namespace {

/// Kinds that go to whoever the routes name; the others go to whoever has been told of the incident.
bool by_route(NotificationKind kind) {
  return kind == NotificationKind::open || kind == NotificationKind::escalate || kind == NotificationKind::past;
}

std::optional<Timestamp> reminder_at(const Conversation& conversation) {
  const Told& told = conversation.told;
  if (!told.open || !told.repeat_interval || !conversation.waiting.empty()) return std::nullopt;
  return told.last_at + *told.repeat_interval;
}

}  // namespace

void Outbox::restore(std::vector<Delivery> waiting, std::vector<Told> told, int64_t next_id, Timestamp left_at) {
  next_id_ = next_id;
  for (Told& one : told) {
    Conversation& conversation = conversations_[{one.incident, one.notifier}];
    conversation.told = std::move(one);
  }
  std::ranges::sort(waiting, {}, &Delivery::id);
  for (Delivery& delivery : waiting) {
    delivery.waits_since = std::min(delivery.waits_since, left_at);
    if (delivery.state == DeliveryState::sending) {
      // The process ended between sending and the answer: nobody knows whether it arrived.
      delivery.state = DeliveryState::pending;
      delivery.maybe_seen = true;
    }
    conversation({delivery.incident, delivery.notifier}).waiting.push_back(std::move(delivery));
  }
  for (const auto& [key, conversation] : conversations_) {
    depth_[key.second] += conversation.waiting.size();
    if (!conversation.waiting.empty()) lanes_[key.second].put(conversation.waiting.front());
    look_for_reminder(conversation);
  }
}

Outbox::Ended Outbox::announce(Incident& incident, const std::vector<Recipient>& recipients, Duration dedup_window,
                               const Wants& wants, Timestamp now, Draft& draft) {
  Ended ended;
  for (const NotificationKind kind : news(incident)) {
    std::set<std::string> addressed;
    const auto address = [&](const std::string& notifier, const std::optional<Recipient>& recipient) {
      if (!addressed.insert(notifier).second) return;
      const Key key{incident.id, notifier};
      if (wants(notifier, kind)) tell(key, kind, incident, recipient, dedup_window, now);
      if (kind == NotificationKind::resolve && conversations_.contains(key)) settle_resolved(existing(key));
      if (!conversations_.contains(key)) return;
      save(key, draft, &ended);
      draft.told.insert(key);
    };
    if (by_route(kind)) {
      for (const Recipient& recipient : recipients) address(recipient.notifier, recipient);
    }
    if (kind != NotificationKind::open && kind != NotificationKind::past) {
      for (const Key& key : keys_of(incident.id)) address(key.second, std::nullopt);
    }
  }
  const Announced said = announcement(incident);
  if (incident.announced != said) {
    incident.announced = said;
    draft.incidents.insert(incident.id);
  }
  return ended;
}

void Outbox::tell(const Key& key, NotificationKind kind, const Incident& incident,
                  const std::optional<Recipient>& recipient, Duration dedup_window, Timestamp now) {
  Conversation& talk = conversation(key);
  if (recipient) talk.told.repeat_interval = recipient->repeat_interval;
  Word word{.kind = kind, .severity = incident.severity, .previous_severity = std::nullopt, .at = now};
  const bool knows = ends_open(talk);
  if (kind == NotificationKind::open || (kind == NotificationKind::escalate && !knows)) {
    word.kind = NotificationKind::open;
    // A rise of severity is never held back, not even from one that hears of the incident for the first time.
    add_opening(talk, word, kind == NotificationKind::open ? dedup_window : Duration{0});
    return;
  }
  if (!knows && kind != NotificationKind::past) return;
  if (kind == NotificationKind::escalate || kind == NotificationKind::deescalate) {
    word.previous_severity = incident.announced->severity;
  }
  if (kind == NotificationKind::deescalate) take_back_escalation(talk, incident.severity);
  kind == NotificationKind::escalate ? add_escalation(talk, word) : add(talk, word);
}

void Outbox::remind(const std::function<const Incident*(IncidentId)>& find, const Wants& wants, Timestamp now,
                    Draft& draft) {
  if (now < reminders_from_) return;
  reminders_from_ = Timestamp::max();
  for (auto& [key, talk] : conversations_) {
    if (const auto due = reminder_at(talk); due && *due <= now) {
      const Incident* incident = find(key.first);
      if (incident && incident->state == IncidentState::open && wants(key.second, NotificationKind::reminder)) {
        add(talk, {NotificationKind::reminder, incident->severity, std::nullopt, now});
        save(key, draft, nullptr);
      } else {
        talk.told.last_at = now;  // asked again an interval later
      }
    }
    look_for_reminder(talk);
  }
}

void Outbox::look_for_reminder(const Conversation& talk) {
  if (const auto due = reminder_at(talk)) reminders_from_ = std::min(reminders_from_, *due);
}

void Outbox::set_back(Duration by, Draft& draft) {
  for (auto& [key, talk] : conversations_) {
    talk.told.last_at -= by;
    if (talk.told.opening_at) *talk.told.opening_at -= by;
    for (Delivery& delivery : talk.waiting) {
      delivery.waits_since -= by;
      delivery.not_before -= by;
    }
    save(key, draft, nullptr);
    draft.told.insert(key);
  }
}

void Outbox::set_forward(Duration by, Timestamp now, Draft& draft) {
  for (auto& [key, talk] : conversations_) {
    if (talk.waiting.empty()) continue;
    for (Delivery& delivery : talk.waiting) delivery.waits_since = std::min(delivery.waits_since + by, now);
    save(key, draft, nullptr);
  }
}

Outbox::Ended Outbox::keep_only(const std::set<std::string>& notifiers, Draft& draft) {
  Ended ended;
  for (auto& [key, talk] : conversations_) {
    if (talk.waiting.empty() || notifiers.contains(key.second)) continue;
    for (Delivery& delivery : talk.waiting) {
      // What is under way most likely arrives: should the notifier come back, it is not told the same twice.
      if (delivery.state == DeliveryState::sending || delivery.maybe_seen) heard(talk.told, delivery.kind);
      delivery.state = DeliveryState::failed;
      delivery.last_error = "its notifier is not configured any more";
    }
    save(key, draft, &ended);
    draft.told.insert(key);
  }
  return ended;
}

const Delivery& Outbox::head(IncidentId incident, const std::string& notifier) const {
  const auto found = conversations_.find({incident, notifier});
  TOCSIN_ASSERT(found != conversations_.end() && !found->second.waiting.empty());
  return found->second.waiting.front();
}

const Told& Outbox::told(IncidentId incident, const std::string& notifier) const {
  const auto found = conversations_.find({incident, notifier});
  TOCSIN_ASSERT(found != conversations_.end());
  return found->second.told;
}

void Outbox::start(IncidentId incident, const std::string& notifier, Timestamp now, Draft& draft) {
  Conversation& talk = existing({incident, notifier});
  Delivery& delivery = talk.waiting.front();
  if (delivery.state == DeliveryState::held) {
    talk.told.opening_at = now;
    draft.told.insert({incident, notifier});
  }
  delivery.state = DeliveryState::sending;
  save({incident, notifier}, draft, nullptr);
}

void Outbox::put_back(IncidentId incident, const std::string& notifier, Draft& draft) {
  Delivery& delivery = existing({incident, notifier}).waiting.front();
  TOCSIN_ASSERT(delivery.state == DeliveryState::sending);
  delivery.state = DeliveryState::pending;
  save({incident, notifier}, draft, nullptr);
}

void Outbox::remember(IncidentId incident, const std::string& notifier, const Remembered& values, Draft& draft) {
  if (values.empty()) return;
  for (const auto& [name, value] : values) existing({incident, notifier}).told.remembered[name] = value;
  draft.told.insert({incident, notifier});
}

Delivery Outbox::finish(IncidentId incident, const std::string& notifier, const Try& result, bool incident_resolved,
                        Timestamp now, Draft& draft, Ended& ended) {
  const Key key{incident, notifier};
  Conversation& talk = existing(key);
  Delivery& delivery = talk.waiting.front();
  if (result.tried) ++delivery.attempts;
  delivery.state = result.state;
  delivery.last_error = result.error;
  delivery.maybe_seen = delivery.maybe_seen || result.maybe_seen;
  if (result.state == DeliveryState::pending) delivery.not_before = result.not_before;
  if (result.state == DeliveryState::delivered) {
    delivery.delivered_at = now;
    heard(talk.told, delivery.kind);
  } else if (result.state == DeliveryState::failed && delivery.maybe_seen) {
    heard(talk.told, delivery.kind);
  }
  if (!delivery.waiting()) talk.told.last_at = now;
  const Delivery copy = delivery;
  if (copy.state == DeliveryState::failed && !talk.told.open) begin_anew(talk);
  if (incident_resolved) settle_resolved(talk);
  save(key, draft, &ended);
  draft.told.insert(key);
  std::erase_if(ended, [&copy](const Delivery& one) { return one.id == copy.id && one.state == copy.state; });
  return copy;
}

bool Outbox::concerns(IncidentId incident) const {
  return std::ranges::any_of(keys_of(incident),
                             [this](const Key& key) { return !conversations_.at(key).waiting.empty(); });
}

void Outbox::forget(IncidentId incident) {
  for (const Key& key : keys_of(incident)) conversations_.erase(key);
}

std::size_t Outbox::depth(const std::string& notifier) const {
  const auto found = depth_.find(notifier);
  return found == depth_.end() ? 0 : found->second;
}

std::optional<Timestamp> Outbox::oldest(const std::string& notifier) const {
  std::optional<Timestamp> oldest;
  for (const auto& [key, talk] : conversations_) {
    if (key.second != notifier || talk.waiting.empty()) continue;
    oldest = std::min(oldest.value_or(Timestamp::max()), talk.waiting.front().waits_since);
  }
  return oldest;
}

Conversation& Outbox::conversation(const Key& key) {
  Conversation& talk = conversations_[key];
  talk.told.incident = key.first;
  talk.told.notifier = key.second;
  return talk;
}

Conversation& Outbox::existing(const Key& key) {
  const auto found = conversations_.find(key);
  TOCSIN_ASSERT(found != conversations_.end());
  return found->second;
}

/// Writes what waits in the conversation to the draft, takes out what ended, and gives the rest its place in the lane.
void Outbox::save(const Key& key, Draft& draft, Ended* ended) {
  Conversation& talk = existing(key);
  std::size_t& depth = depth_[key.second];
  for (Delivery& delivery : talk.waiting) {
    if (delivery.id == 0) {
      delivery.id = next_id_++;
      ++depth;
    }
    draft.deliveries[delivery.id] = delivery;
    if (delivery.waiting()) continue;
    --depth;
    if (ended) ended->push_back(delivery);
  }
  std::erase_if(talk.waiting, [](const Delivery& delivery) { return !delivery.waiting(); });
  look_for_reminder(talk);
  Lane& lane = lanes_[key.second];
  const bool turn = !talk.waiting.empty() && talk.waiting.front().state != DeliveryState::sending;
  turn ? lane.put(talk.waiting.front()) : lane.remove(key.first);
}

std::vector<Outbox::Key> Outbox::keys_of(IncidentId incident) const {
  std::vector<Key> keys;
  for (auto at = conversations_.lower_bound({incident, ""}); at != conversations_.end() && at->first.first == incident;
       ++at) {
    keys.push_back(at->first);
  }
  return keys;
}

}  // namespace tocsin
