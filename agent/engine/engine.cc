#include "agent/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/engine/self_rules.h"
#include "agent/outbox/news.h"

namespace tocsin {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

Histogram per_severity() {
  return Histogram{{60, 300, 600, 1800, 3600, 14400, 43200, 86400}};
}

}  // namespace

Engine::Engine(World world, std::shared_ptr<const Config> config)
    : world_(std::move(world)),
      config_(std::move(config)),
      started_with_{config_->store.path, config_->web.listen, config_->web.tls_cert_file, config_->web.tls_key_file},
      blind_(blind_rule(config_->prometheus)),
      rule_failing_(rule_failing_rule(config_->prometheus)),
      too_many_incidents_(too_many_incidents_rule()),
      deliverer_(
          outbox_, [this](IncidentId id) { return book_.find(id); },
          [this](const std::string& rule) { return links(rule); }, [this] { return next_request_++; }) {
  counts_.started_at = world_.clock.now();
  counts_.last_reload_success_at = counts_.started_at;
  counts_.time_to_acknowledge.assign(4, per_severity());
  counts_.time_to_resolve.assign(4, per_severity());
}

Result<void> Engine::start() {
  const Timestamp now = world_.clock.now();
  turned_at_ = now;
  turned_at_steady_ = world_.clock.steady();
  Duration window_max = limits::kRestAfterHandMin;
  for (const auto& rule : config_->rules) window_max = std::max(window_max, rule->dedup_window);
  // Ticks that are read again may reopen what was resolved shortly before them.
  Result<Stored> loaded = world_.store.load(now - config_->catch_up - std::max(window_max, blind_.rule().dedup_window));
  if (!loaded) return std::unexpected(loaded.error());
  Stored& stored = *loaded;
  const Timestamp alive_at = stored.alive_at.value_or(now);
  const Timestamp left_at = std::max(now, alive_at);
  book_.restore(std::move(stored.incidents), stored.next_incident, left_at);
  outbox_.restore(std::move(stored.deliveries), std::move(stored.told), stored.next_delivery, left_at);
  // The clock was set back while nobody looked: as follow_clock(), by as much as is known.
  if (left_at > now) {
    book_.set_back(left_at - now);
    outbox_.set_back(left_at - now, draft_);
    draft_.alive_at = now;  // in one commit with it, or the next start would set back once more
  } else {
    outbox_.set_forward(now - alive_at, now, draft_);
  }
  for (const auto& [id, incident] : book_.all()) {
    if (!news(incident).empty()) to_announce_.insert(id);
  }
  alive_written_ = alive_at;
  damage_looked_for_ = world_.clock.steady();  // the store was looked at as it was opened
  server_clock_ = ServerClock(stored.clock);
  RulesByName restored = restore_rules(std::move(stored), now);
  adopt(config_, std::move(restored), now);
  if (!commit()) return fail(store_error_, ErrorCode::unavailable);
  return {};
}

void Engine::turn(Duration wait_max) {
  std::vector<Completed> completed = world_.transport.wait(wait_until_due(wait_max));
  follow_clock();
  // Readers first: what they are shown is on disk.
  for (EngineCommand& command : world_.inbox.take()) obey(std::move(command));
  // Each goes once it is taken: what a large answer has opened needs the room.
  for (Completed& one : completed) take(std::exchange(one, {}));
  const Timestamp now = world_.clock.now();
  apply_self_rules(now);
  if (!stopping_) start_polls(now);
  announce(now);
  outbox_.remind(
      [this](IncidentId id) { return book_.find(id); },
      [this](const std::string& notifier, NotificationKind kind) { return deliverer_.wants(notifier, kind); }, now,
      draft_);
  tend(now);
  flush();
}

/// Nothing is told that is not on disk: what is to be sent waits for the commit, and nothing more is taken until then.
/// Only what wakes somebody does not wait for a disk that refuses: it is told with a mark, and recorded as told later.
void Engine::flush() {
  const Timestamp now = world_.clock.now();
  std::vector<std::pair<RequestId, Outgoing>> taken;
  if (store_error_.empty() && !stopping_) taken = deliverer_.take(now, draft_);
  if (commit()) {
    start_all(std::exchange(to_start_, {}));
    start_all(std::move(taken));
    for (auto& reply : std::exchange(to_reply_, {})) reply.set_value({});
    return;
  }
  for (const auto& [id, outgoing] : taken) deliverer_.put_back(id, draft_);
  if (!stopping_) start_all(deliverer_.take_unrecorded(now, draft_));
  const std::string kept = "it is done but not recorded; do not repeat it, it is recorded once the store works: ";
  for (auto& reply : std::exchange(to_reply_, {})) reply.set_value(fail(kept + store_error_, ErrorCode::unavailable));
}

void Engine::start_all(std::vector<std::pair<RequestId, Outgoing>> requests) {
  for (auto& [id, outgoing] : requests) world_.transport.start(id, std::move(outgoing));
}

bool Engine::commit() {
  if (draft_.empty()) return store_error_.empty();
  const Instant before = world_.clock.steady();
  if (before < commit_again_) return false;
  const Result<void> done = world_.store.commit(change_of(draft_));
  if (!done) {
    if (store_error_ != done.error().text)
      log::error("cannot write to the store", {{"store", started_with_.store_path}, {"reason", done.error().text}});
    store_error_ = done.error().text;
    commit_again_ = before + limits::kCommitRetry;
    return false;
  }
  counts_.commit_duration.observe(in_seconds(world_.clock.steady() - before));
  if (!store_error_.empty()) log::info("the store can be written again", {});
  store_error_.clear();
  draft_ = {};
  return true;
}

/// Also what was refused, or missed, is not read again after a restart.
std::optional<Timestamp> Engine::read_up_to(const RuleRuntime& runtime) const {
  return runtime.poll ? std::max(runtime.last_applied, std::optional(poller_.polls()[*runtime.poll].covered))
                      : runtime.last_applied;
}

Change Engine::change_of(const Draft& draft) const {
  Change change;
  for (const IncidentId id : draft.incidents) {
    if (const Incident* incident = book_.find(id)) change.incidents.push_back(*incident);
  }
  change.timeline = draft.timeline;
  for (const auto& [id, delivery] : draft.deliveries) change.deliveries.push_back(delivery);
  for (const auto& [incident, notifier] : draft.told) change.told.push_back(outbox_.told(incident, notifier));
  for (const auto& [rule, changed] : draft.series) {
    for (const Labels& labels : changed) change.series.push_back({rule, labels, series_state(rule, labels)});
  }
  change.rules.reserve(draft.rules.size());
  for (const std::string& rule : draft.rules) {
    if (const RuleRuntime* of = runtime(rule)) change.rules.push_back({rule, read_up_to(*of), of->behind});
  }
  change.forgotten_rules.assign(draft.forgotten_rules.begin(), draft.forgotten_rules.end());
  change.alive_at = draft.alive_at;
  if (draft.clock) change.clock = server_clock_.record();
  return change;
}

/// Inactive where the series is not kept any more.
SeriesState Engine::series_state(const std::string& rule, const Labels& labels) const {
  const RuleRuntime* of = runtime(rule);
  if (!of) return {};
  const auto found = of->state.series->find(labels);
  return found == of->state.series->end() ? SeriesState{} : found->second;
}

void Engine::take(const Completed& completed) {
  const Timestamp now = world_.clock.now();
  if (completed.id == clock_asked_) {
    clock_answered(completed.response);
  } else if (const auto found = asked_.find(completed.id); found != asked_.end()) {
    Asked asked = std::move(found->second);
    asked_.erase(found);
    answered(std::move(asked), completed.response);
  } else if (deliverer_.owns(completed.id)) {
    if (auto next = deliverer_.completed(completed.id, completed.response, now, draft_)) {
      if (deliverer_.unrecorded(next->first)) return world_.transport.start(next->first, std::move(next->second));
      to_start_.push_back(std::move(*next));
    }
  } else if (heartbeat_.owns(completed.id)) {
    heartbeat_.completed(completed.response);
  }
}

void Engine::obey(EngineCommand command) {
  std::visit(Overloaded{[this](ActCommand& one) { act(std::move(one)); },
                        [this](ReloadCommand& one) { one.reply.set_value(reload()); },
                        [this](ReadCommand& one) { one.reply.set_value(read_model()); }},
             command);
}

void Engine::act(ActCommand command) {
  if (!store_error_.empty()) {
    // Whoever is refused tries again, and then it must not have happened twice.
    const std::string reason = "nothing is done, as the store cannot be written; try again once it can: ";
    command.reply.set_value(fail(reason + store_error_, ErrorCode::unavailable));
    return;
  }
  const Timestamp now = world_.clock.now();
  const Result<IncidentBook::Events> events = perform(command.action, now);
  if (!events) {
    command.reply.set_value(std::unexpected(events.error()));
    return;
  }
  record(*events, now);
  to_reply_.push_back(std::move(command.reply));
}

Result<IncidentBook::Events> Engine::perform(const Action& action, Timestamp now) {
  switch (action.kind) {
    case Action::Kind::acknowledge:
      return book_.acknowledge(action.incident, action.by, action.text, now, draft_);
    case Action::Kind::resolve:
      return book_.resolve(action.incident, action.by, action.text, now, draft_);
    case Action::Kind::note:
      break;
  }
  const Result<void> noted = book_.note(action.incident, action.by, action.text, now, draft_);
  if (!noted) return std::unexpected(noted.error());
  return IncidentBook::Events{};
}

Duration Engine::wait_until_due(Duration wait_max) const {
  const Timestamp now = world_.clock.now();
  Duration wait = wait_max;
  const auto until = [&](std::optional<Timestamp> at) {
    if (at) wait = std::clamp(*at - now, Duration{0}, wait);
  };
  if (!stopping_) {
    until(poller_.next_due());
    if (store_error_.empty()) until(deliverer_.next_due(now));
  }
  until(heartbeat_.next_due());
  const bool commit_waits = !draft_.empty() && store_error_.empty();
  return commit_waits ? Duration{0} : wait;
}

/// What is done now and then: the mark of being alive, the heartbeat, forgetting and pruning.
void Engine::tend(Timestamp now) {
  if (now - alive_written_ >= limits::kAliveInterval || now < alive_written_) {
    draft_.alive_at = poller_.covered_by_all(now);
    alive_written_ = now;
    forget(now);
  }
  if (auto ping = heartbeat_.take(next_request_, now, [&] { return healthy(now); }))
    world_.transport.start(next_request_++, std::move(*ping));
  const Instant steady = world_.clock.steady();
  if (steady - damage_looked_for_ >= limits::kDamageCheckInterval) {
    world_.store.look_for_damage();
    damage_looked_for_ = steady;
  }
  if (now - pruned_ < limits::kPruneInterval && now >= pruned_) return;
  // A clock that is ahead by years must not cost the history of years.
  if (!time_confirmed_ && !poller_.polls().empty()) return;
  const Timestamp sure = now - std::max(Duration{0}, server_clock_.ahead());
  const Result<std::size_t> pruned = world_.store.prune(sure - config_->store.retention, limits::kPruneIncidentsMax);
  if (!pruned) log::warn("old incidents cannot be deleted", {{"reason", pruned.error().text}});
  // A full step means that there is more to prune: go on soon, so that no turn is held up for long.
  const bool more = pruned && *pruned == limits::kPruneIncidentsMax;
  pruned_ = more ? now - limits::kPruneInterval + Duration{1000} : now;
}

void Engine::forget(Timestamp now) {
  std::vector<IncidentId> forgotten;
  book_.forget_if([&](const Incident& incident, bool is_latest) {
    const RuleRuntime* of = runtime(incident.rule);
    const Duration window = std::max(of ? of->rule().dedup_window : Duration{0}, limits::kRestAfterHandMin);
    // What has not been read yet may reopen it, whatever the clock says.
    const Poll* poll = poll_of(incident.rule);
    const Timestamp seen = poll ? std::min(now, poll->covered) : now;
    // What a tick has ended that was asked for before the clock was set back lies ahead.
    const Timestamp ended = incident.ended();
    const bool may_reopen = is_latest && seen - ended < window && ended - now < window;
    const bool over = !may_reopen && !outbox_.concerns(incident.id) && !draft_.incidents.contains(incident.id) &&
                      !to_announce_.contains(incident.id);
    if (over) forgotten.push_back(incident.id);
    return over;
  });
  for (const IncidentId id : forgotten) {
    std::erase_if(draft_.told, [id](const auto& key) { return key.first == id; });
    outbox_.forget(id);
  }
}

void Engine::stop(Duration grace) {
  stopping_ = true;
  drop_questions();
  const Instant end = world_.clock.steady() + grace;
  while ((deliverer_.in_flight() > 0 || !draft_.empty()) && world_.clock.steady() < end) {
    turn(std::max(Duration{1}, std::min(Duration{100}, end - world_.clock.steady())));
  }
  commit();
}

const RuleRuntime* Engine::runtime(const std::string& rule) const {
  if (rule == kBlindRule) return &blind_;
  if (rule == kRuleFailingRule) return &rule_failing_;
  if (rule == kTooManyIncidentsRule) return &too_many_incidents_;
  const auto found = std::ranges::lower_bound(
      by_name_, rule, {}, [this](std::size_t index) -> const std::string& { return name_of(index); });
  return found == by_name_.end() || name_of(*found) != rule ? nullptr : &rules_[*found];
}

RuleRuntime* Engine::runtime(const std::string& rule) {
  return const_cast<RuleRuntime*>(std::as_const(*this).runtime(rule));
}

}  // namespace tocsin
