// Polls and their answers: from what is due to what the incident book and the outbox make of it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/size_text.h"
#include "agent/base/text.h"
#include "agent/base/time.h"
#include "agent/engine/engine.h"
#include "agent/engine/self_rules.h"
#include "agent/incident/describe.h"
#include "agent/poll/joined_query.h"
#include "agent/poll/prom_answer.h"
#include "agent/poll/query.h"

namespace tocsin {
namespace {

std::size_t index_of(Severity severity) {
  return static_cast<std::size_t>(severity) - 1;
}

std::string title(const Incident& incident) {
  return fmt::format("{} {}{} {}", incident_name(incident.id), incident.rule,
                     incident.key.empty() ? "" : incident.key.text(), severity_text(incident.severity));
}

bool would_hold_too_many(const auto& held, const Answer& answer) {
  if (held.size() + answer.samples.size() <= limits::kRuleSeriesMax) return false;
  const auto is_new = [&held](const Sample& sample) { return !held.contains(sample.labels); };
  return held.size() + static_cast<std::size_t>(std::ranges::count_if(answer.samples, is_new)) > limits::kRuleSeriesMax;
}

/// What is held is looked at only where the answer is large itself.
bool would_hold_too_large(const auto& held, const Answer& answer) {
  std::size_t bytes = 0;
  for (const Sample& sample : answer.samples) bytes += sample.labels.bytes();
  if (bytes <= limits::kRuleLabelBytesMax / 16) return false;
  for (const Sample& sample : answer.samples) {
    if (held.contains(sample.labels)) bytes -= sample.labels.bytes();
  }
  for (const auto& [labels, state] : held) bytes += labels.bytes();
  return bytes > limits::kRuleLabelBytesMax;
}

}  // namespace

void Engine::start_polls(Timestamp now) {
  std::vector<std::size_t> missed;
  std::vector<Batch> due = poller_.take(now, missed);
  for (const std::size_t index : missed) {
    for (const std::size_t rule : poller_.poll(index).rules) ++rules_[rule].status.missed;
  }
  for (Batch& batch : due) ask(std::move(batch), now);
}

/// Asks for the ticks that are not covered yet, up to the batch's: one query at that tick alone, or a range where ticks
/// were missed while tocsin was away or Prometheus did not answer.
void Engine::ask(Batch batch, Timestamp now) {
  const Timestamp tick = batch.tick;
  if (batch.polls.size() > 1 || batch.part_of) return ask_instant({std::move(batch), tick, tick, now});
  Poll& poll = poller_.poll(batch.polls.front());
  const Duration interval = poll.grid.interval();
  const Timestamp oldest = poll.grid.after(std::max(poll.covered, now - config_->catch_up - interval));
  if (oldest >= tick) return ask_instant({std::move(batch), tick, tick, now});
  poll.reading_again = true;
  const Timestamp last = std::min(tick, oldest + interval * static_cast<int64_t>(poll.range.ticks - 1));
  ask_range({std::move(batch), oldest, last, now}, poll.query);
}

void Engine::ask_instant(Asked asked) {
  std::vector<std::string_view> queries;
  queries.reserve(asked.batch.polls.size());
  for (const std::size_t index : asked.batch.polls) queries.push_back(poller_.poll(index).query);
  asked.offset = before_ticks();
  const Timestamp at = asked.batch.tick - asked.offset;
  asked_.emplace(next_request_, std::move(asked));
  world_.transport.start(
      next_request_++,
      instant_query(config_->prometheus, queries.size() > 1 ? join_queries(queries) : queries.front(), at));
}

void Engine::answered(Asked asked, const Response& response) {
  counts_.query_duration.observe(in_seconds(response.took));
  polls_ended_ = true;
  const bool surprises = server_clock_.surprises(response.date, asked.at, world_.clock.now());
  if (surprises && is_success(response)) return doubt(std::move(asked), response);
  time_confirmed_ |= !surprises && response.ok();
  evaluate_answer(std::move(asked), response);
}

void Engine::evaluate_answer(Asked asked, const Response& response) {
  if (asked.range_fault) return probe_answered(std::move(asked), response);
  if (asked.first < asked.batch.tick) return range_answered(std::move(asked), response);
  instant_answered(asked, response);
}

void Engine::instant_answered(const Asked& asked, const Response& response) {
  auto answers = parse(asked, response);
  if (is_answer(answers)) prometheus_answers();
  if (poller_.ended(asked.batch, outcome(answers, asked, response), response.took)) return;
  for (std::size_t member = 0; member < asked.batch.polls.size(); ++member) {
    const std::size_t poll = asked.batch.polls[member];
    if (!answers) {
      failed(poll, asked.batch.tick, answers.error(), response);
    } else if (auto& answer = (*answers)[member]; !answer) {
      failed(poll, asked.batch.tick, answer.error(), response);
    } else if (const std::string text = too_much(poll, *answer); !text.empty()) {
      failed(poll, asked.batch.tick, {QueryFault::Kind::unusable, text}, response);
    } else {
      std::vector<AnswerAt> at_tick;
      at_tick.push_back({asked.batch.tick, *std::move(answer)});
      applied(poll, asked.batch.tick, at_tick, response);
    }
  }
}

void Engine::prometheus_answers() {
  polls_answered_ = true;
  last_answer_ = world_.clock.now();
  unanswered_since_.reset();
  if (!outage_logged_.empty()) log::info("Prometheus answers again", {});
  outage_logged_.clear();
  prometheus_error_.clear();
}

/// What a rule would come to hold more of than it may; "" where it is within its bounds.
std::string Engine::too_much(std::size_t poll, const Answer& answer) const {
  for (const std::size_t rule : poller_.polls()[poll].rules) {
    const auto& held = *rules_[rule].state.series;
    if (would_hold_too_many(held, answer)) {
      return fmt::format("more than {} series breach or are not over; aggregate in the query", limits::kRuleSeriesMax);
    }
    if (would_hold_too_large(held, answer)) {
      return fmt::format(
          "the labels of the series that breach or are not over take more than {}; aggregate in the query",
          size_text(limits::kRuleLabelBytesMax));
    }
  }
  return "";
}

std::expected<Engine::Answers, QueryFault> Engine::parse(const Asked& asked, const Response& response) const {
  const std::vector<std::size_t>& polls = asked.batch.polls;
  const bool allow_partial = poller_.polls()[polls.front()].allow_partial;
  const auto needed = [&](std::size_t member, const LabelPairs& series, double value) {
    return std::ranges::any_of(poller_.polls()[polls[member]].rules, [&](std::size_t rule) {
      return concerns(rules_[rule].rule(), rules_[rule].state, series, value);
    });
  };
  if (polls.size() > 1) return parse_joined(response, allow_partial, polls.size(), needed);
  auto answer = parse_instant(response, allow_partial, needed);
  if (!answer) return std::unexpected(answer.error());
  Answers answers;  // not of an initializer list, which copies
  answers.push_back(*std::move(answer));
  return answers;
}

Poller::Outcome Engine::outcome(const std::expected<Answers, QueryFault>& answers, const Asked& asked,
                                const Response& response) const {
  using enum Poller::Outcome;
  if (answers) return answers->front() && answers->front()->scalar ? answered_scalar : answered;
  const bool others_answered = last_answer_ && *last_answer_ > asked.at;
  switch (answers.error().kind) {
    case QueryFault::Kind::unreachable:
      return response.fault == TransportFault::timeout && others_answered ? timed_out : unanswered;
    case QueryFault::Kind::partial:
      return unanswered;
    case QueryFault::Kind::rejected:
    case QueryFault::Kind::unusable:
      break;
  }
  return response.took > config_->prometheus.http.timeout / 2 ? timed_out : refused;
}

void Engine::applied(std::size_t poll, Timestamp tick, const std::vector<AnswerAt>& answers, const Response& response) {
  const Timestamp now = world_.clock.now();
  const bool more_to_read = tick < poller_.poll(poll).tick;
  for (const std::size_t index : poller_.poll(poll).rules) {
    RuleRuntime& runtime = rules_[index];
    if (runtime.behind != more_to_read) draft_.rules.insert(runtime.rule().name);
    runtime.behind = more_to_read;
    if (!failing_alone_.empty()) failing_alone_.erase(runtime.rule().name);
    runtime.failing_since.reset();
    if (!runtime.status.last_error->empty()) log::info("rule is evaluated again", {{"rule", runtime.rule().name}});
    runtime.status.last_error = {};
    runtime.status.last_duration = response.took;
    for (const AnswerAt& answer : answers) apply_tick(runtime, answer.answer, answer.at, now);
  }
  if (more_to_read) {
    poller_.poll(poll).covered = tick;
  } else {
    poller_.done(poll, tick, Poller::Result::applied);
  }
}

void Engine::failed(std::size_t poll, Timestamp tick, const QueryFault& fault, const Response& response) {
  const Timestamp now = world_.clock.now();
  const bool unreachable = fault.kind == QueryFault::Kind::unreachable;
  const std::string reason = redactor_.clean(fault.text);
  if (unreachable) {
    if (!unanswered_since_) unanswered_since_ = now;
    prometheus_error_ = reason;
  }
  for (const std::size_t index : poller_.poll(poll).rules) {
    RuleRuntime& runtime = rules_[index];
    const std::string& name = runtime.rule().name;
    log_failure(runtime, unreachable, reason);
    ++runtime.status.evaluations;
    ++runtime.status.failures;
    runtime.status.last_evaluation = tick;
    runtime.status.last_duration = response.took;
    runtime.status.last_error = reason;
    // Prometheus has answered another query since this one began to fail: the fault is this rule's own. It stays so
    // over an outage, until the rule is answered.
    if (!unreachable || (runtime.failing_since && last_answer_ && *last_answer_ > *runtime.failing_since)) {
      failing_alone_.insert(name);
    }
    if (!runtime.failing_since) runtime.failing_since = now;
    if (runtime.behind != unreachable) draft_.rules.insert(name);
    runtime.behind = unreachable;
  }
  poller_.done(poll, tick, unreachable ? Poller::Result::unreachable : Poller::Result::refused);
}

/// Of the rule where Prometheus has answered something since the rule's last tick, which failed too; else of
/// Prometheus. A rule's query that hangs while others are answered would otherwise be an outage and its end, at each
/// tick anew.
void Engine::log_failure(const RuleRuntime& runtime, bool unreachable, const std::string& reason) {
  const std::string& name = runtime.rule().name;
  if (!unreachable || (runtime.failing_since && last_answer_ > runtime.status.last_evaluation)) {
    if (failing_alone_.contains(name) && *runtime.status.last_error == reason) return;
    log::warn("rule cannot be evaluated", {{"rule", name}, {"reason", reason}});
  } else if (outage_logged_ != reason) {
    log::warn("Prometheus does not answer", {{"reason", reason}});
    outage_logged_ = reason;
  }
}

void Engine::apply_tick(RuleRuntime& runtime, const Answer& answer, Timestamp tick, Timestamp now) {
  const bool clock_was_set_back = runtime.last_applied && *runtime.last_applied > now;
  if (runtime.last_applied && tick <= *runtime.last_applied && !clock_was_set_back) return;
  const std::string& name = runtime.rule().name;
  const Evaluation evaluation = evaluate(runtime.rule(), runtime.state, answer, tick);
  const IncidentBook::Events events = book_.apply(runtime.rule(), evaluation, surroundings_, tick, draft_);
  runtime.last_applied = tick;
  ++runtime.status.evaluations;
  runtime.status.last_evaluation = tick;
  runtime.status.pending_series = static_cast<uint32_t>(evaluation.pending_series);
  runtime.status.firing_series = static_cast<uint32_t>(evaluation.firing_series);
  if (!evaluation.changed.empty()) {
    draft_.series[name].insert(evaluation.changed.begin(), evaluation.changed.end());
    draft_.rules.insert(name);
  }
  record(events, tick);
}

/// TocsinBlind sees every turn in which polls ended; TocsinRuleFailing only what happens while Prometheus answers, for
/// a rule that fails with all others is no news of its own; TocsinTooManyIncidents what the book has left out.
void Engine::apply_self_rules(Timestamp now) {
  if (!std::exchange(polls_ended_, false)) return;
  // Several turns may fall into one millisecond, and the last of them is what is true.
  const auto apply = [&](RuleRuntime& own, const Answer& answer) {
    own.last_applied.reset();
    apply_tick(own, answer, now, now);
  };
  const bool answered = std::exchange(polls_answered_, false);
  if (answered) apply(blind_, blind_answer(false));  // whatever has failed since then
  if (unanswered_since_) apply(blind_, blind_answer(true));
  apply(too_many_incidents_, too_many_incidents_answer(book_.left_out()));
  if (answered) apply(rule_failing_, rule_failing_answer(failing_alone_));
}

void Engine::record(const IncidentBook::Events& events, Timestamp at) {
  for (const IncidentEvent& event : events) {
    const Incident& incident = book_.get(event.incident);
    RuleRuntime* of = runtime(incident.rule);
    const std::size_t severity = index_of(incident.severity);
    to_announce_.insert(event.incident);
    const Duration lasted = std::max(Duration{0}, at - incident.opened_at);  // the clock may have been set back
    const std::string evidence =
        incident.threshold.empty() ? "" : fmt::format(": {} {}", format_number(incident.value), incident.threshold);
    switch (event.kind) {
      case IncidentEvent::Kind::opened:
        if (of) ++of->status.opened[severity];
        counts_.detection_delay.observe(in_seconds(event.detection_delay));
        log::info(fmt::format("opened {}{} for {}", title(incident), evidence, format_duration(event.detection_delay)));
        break;
      case IncidentEvent::Kind::reopened:
        if (of) ++of->status.flaps;
        log::info(fmt::format("reopened {}{}", title(incident), evidence));
        break;
      case IncidentEvent::Kind::severity:
        log::info(fmt::format("severity of {}{}", title(incident), evidence));
        break;
      case IncidentEvent::Kind::acknowledged:
        counts_.time_to_acknowledge[severity].observe(in_seconds(lasted));
        log::info(fmt::format("acknowledged {} by {}", title(incident), incident.acknowledged_by));
        break;
      case IncidentEvent::Kind::resolved:
        if (of) ++of->status.resolved[severity];
        counts_.time_to_resolve[severity].observe(in_seconds(lasted));
        log::info(
            fmt::format("resolved {}: {} after {}", title(incident), incident.resolve_reason, format_duration(lasted)));
        break;
    }
  }
}

const Poll* Engine::poll_of(const std::string& rule) const {
  const RuleRuntime* of = runtime(rule);
  return of && of->poll ? &poller_.polls()[*of->poll] : nullptr;
}

/// Ticks read again are told as one: what concerns a rule waits until it has caught up.
bool Engine::settled(const std::string& rule) const {
  const Poll* poll = poll_of(rule);
  return !poll || (poll->asked && !poll->reading_again);
}

void Engine::announce(Timestamp now) {
  std::erase_if(to_announce_, [&](IncidentId id) {
    Incident& incident = book_.get(id);
    if (!settled(incident.rule)) return false;
    const RuleRuntime* of = runtime(incident.rule);
    const std::vector<Recipient> recipients =
        route(config_->routes, of ? *of->rule().notify : std::vector<std::string>{}, routed_labels(incident));
    if (recipients.empty() && !incident.announced && !config_->notifiers.empty()) {
      ++counts_.unrouted;
      log::warn("no route matches this incident, nobody is told",
                {{"incident", incident_name(id)}, {"rule", incident.rule}});
      draft_.timeline.push_back({id, now, "notification", "no route matches: nobody is told", ""});
    }
    const auto wants = [this](const std::string& notifier, NotificationKind kind) {
      return deliverer_.wants(notifier, kind);
    };
    deliverer_.count(
        outbox_.announce(incident, recipients, of ? of->rule().dedup_window : Duration{0}, wants, now, draft_));
    return true;
  });
}

}  // namespace tocsin
