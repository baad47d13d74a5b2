// Polls and their answers: from what is due to what the incident book and the outbox make of it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/engine/engine.h"
#include "agent/engine/self_rules.h"
#include "agent/incident/describe.h"
#include "agent/poll/presence.h"
#include "agent/poll/prom_answer.h"
#include "agent/poll/query.h"

namespace tocsin {
namespace {

std::size_t index_of(Severity severity) {
  return static_cast<std::size_t>(severity) - 1;
}

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000;
}

std::string title(const Incident& incident) {
  return fmt::format("{} {}{} {}", incident_name(incident.id), incident.rule,
                     incident.key.empty() ? "" : incident.key.text(), severity_text(incident.severity));
}

}  // namespace

void Engine::start_polls(Timestamp now) {
  std::vector<MissedTicks> missed;
  const std::vector<DuePoll> due = poller_.take(now, missed);
  for (const MissedTicks& one : missed) {
    for (const std::size_t rule : poller_.poll(one.poll).rules) {
      rules_[rule].status.missed += static_cast<uint64_t>(one.count);
    }
  }
  for (const DuePoll& one : due) ask(one.poll, one.tick, now);
}

/// Asks for the ticks that are not covered yet, up to `tick`: one query at `tick` alone, or a range where ticks were
/// missed while tocsin was away or Prometheus did not answer.
void Engine::ask(std::size_t index, Timestamp tick, Timestamp now) {
  Poll& poll = poller_.poll(index);
  const Duration interval = poll.grid.interval();
  const Timestamp oldest = poll.grid.after(std::max(poll.covered, now - config_->catch_up - interval));
  Asked asked{.poll = index, .first = std::min(oldest, tick), .last = tick, .tick = tick, .read_again = {}};
  // The first tick after a start is asked late: the one that comes due meanwhile is read after it.
  poll.reading_again = asked.first < tick || !poll.asked;
  if (asked.first < tick) {
    asked.last = std::min(tick, asked.first + interval * static_cast<int64_t>(limits::kRangePointsMax - 1));
    ask_range(std::move(asked), poll.query);
    return;
  }
  asked_.emplace(next_request_, std::move(asked));
  world_.transport.start(next_request_++,
                         instant_query(config_->prometheus, poll.query, tick - config_->prometheus.query_offset));
}

void Engine::ask_range(Asked asked, std::string_view query) {
  const Duration offset = config_->prometheus.query_offset;
  const Duration step = poller_.poll(asked.poll).grid.interval();
  HttpRequest request = range_query(config_->prometheus, query, asked.first - offset, asked.last - offset, step);
  asked_.emplace(next_request_, std::move(asked));
  world_.transport.start(next_request_++, std::move(request));
}

void Engine::answered(Asked asked, const Response& response) {
  counts_.query_duration.observe(seconds(response.took));
  if (asked.first < asked.last) return range_answered(std::move(asked), response);
  auto answer = parse_instant(response, poller_.poll(asked.poll).allow_partial);
  if (!answer) return failed(asked, answer.error(), response);
  std::vector<AnswerAt> answers;
  answers.push_back({asked.last, std::move(*answer)});
  applied(asked, answers, response);
}

/// First the range itself, then at which of its ticks Prometheus was there to see anything.
void Engine::range_answered(Asked asked, const Response& response) {
  const Poll& poll = poller_.poll(asked.poll);
  const Duration offset = config_->prometheus.query_offset;
  auto answers =
      parse_range(response, poll.allow_partial, asked.first - offset, asked.last - offset, poll.grid.interval());
  if (!answers) return failed(asked, answers.error(), response);
  if (!asked.read_again) {
    asked.read_again = std::move(*answers);
    return ask_range(std::move(asked), kPresenceQuery);
  }
  drop_unobserved(*asked.read_again, *answers);
  for (AnswerAt& answer : *asked.read_again) answer.at += offset;
  applied(asked, *asked.read_again, response);
}

void Engine::applied(const Asked& asked, const std::vector<AnswerAt>& answers, const Response& response) {
  const Timestamp now = world_.clock.now();
  last_answer_ = now;
  unanswered_since_.reset();
  if (!prometheus_error_.empty()) log::info("Prometheus answers again", {});
  prometheus_error_.clear();
  for (const std::size_t index : poller_.poll(asked.poll).rules) {
    RuleRuntime& runtime = rules_[index];
    if (runtime.behind) draft_.rules.insert(runtime.rule->name);
    runtime.behind = false;
    runtime.failing_since.reset();
    runtime.failing_alone = false;
    if (!runtime.status.last_error.empty()) log::info("rule is evaluated again", {{"rule", runtime.rule->name}});
    runtime.status.last_error.clear();
    runtime.status.last_duration = response.took;
    for (const AnswerAt& answer : answers) apply_tick(runtime, answer.answer, answer.at, now);
  }
  if (asked.last < asked.tick) {
    poller_.poll(asked.poll).covered = asked.last;
    ask(asked.poll, asked.tick, now);
    return;
  }
  poller_.done(asked.poll, asked.tick, Poller::Result::applied);
  apply_self_rules(now, true);
}

void Engine::failed(const Asked& asked, const QueryFault& fault, const Response& response) {
  const Timestamp now = world_.clock.now();
  const bool unreachable = fault.kind == QueryFault::Kind::unreachable;
  if (unreachable) {
    if (!unanswered_since_) unanswered_since_ = now;
    if (prometheus_error_ != fault.text) log::warn("Prometheus does not answer", {{"reason", fault.text}});
    prometheus_error_ = fault.text;
  } else {
    last_answer_ = now;
    unanswered_since_.reset();
    prometheus_error_.clear();
  }
  for (const std::size_t index : poller_.poll(asked.poll).rules) {
    RuleRuntime& runtime = rules_[index];
    const std::string& name = runtime.rule->name;
    ++runtime.status.evaluations;
    ++runtime.status.failures;
    runtime.status.last_evaluation = asked.tick;
    runtime.status.last_duration = response.took;
    if (!unreachable && runtime.status.last_error != fault.text) {
      log::warn("rule cannot be evaluated", {{"rule", name}, {"reason", fault.text}});
    }
    runtime.status.last_error = fault.text;
    // Prometheus has answered another query since this one began to fail: the fault is this rule's own.
    runtime.failing_alone =
        !unreachable || (runtime.failing_since && last_answer_ && *last_answer_ > *runtime.failing_since);
    if (!runtime.failing_since) runtime.failing_since = now;
    if (runtime.behind != unreachable) draft_.rules.insert(name);
    runtime.behind = unreachable;
  }
  if (!unreachable && asked.first != asked.last) {
    log::warn("missed ticks cannot be read again and are not observed", {{"reason", fault.text}});
  }
  poller_.done(asked.poll, asked.tick, unreachable ? Poller::Result::unreachable : Poller::Result::refused);
  apply_self_rules(now, !unreachable);
}

void Engine::apply_tick(RuleRuntime& runtime, const Answer& answer, Timestamp tick, Timestamp now) {
  const bool clock_was_set_back = runtime.last_tick && *runtime.last_tick > now;
  if (runtime.last_tick && tick <= *runtime.last_tick && !clock_was_set_back) return;
  const std::string& name = runtime.rule->name;
  const Evaluation evaluation = evaluate(*runtime.rule, runtime.state, answer, tick);
  const IncidentBook::Events events = book_.apply(*runtime.rule, evaluation, surroundings_, tick, draft_);
  runtime.last_tick = tick;
  ++runtime.status.evaluations;
  runtime.status.last_evaluation = tick;
  runtime.status.pending_series = evaluation.pending_series;
  runtime.status.firing_series = evaluation.firing_series;
  if (!evaluation.changed.empty()) {
    draft_.series[name].insert(evaluation.changed.begin(), evaluation.changed.end());
    draft_.rules.insert(name);
  }
  record(events, tick);
}

/// TocsinBlind sees every poll; TocsinRuleFailing only what happens while Prometheus answers, for a rule that fails
/// with all others is no news of its own.
void Engine::apply_self_rules(Timestamp now, bool answered) {
  // Several polls may end in one millisecond, and the last of them is what is true.
  blind_.last_tick.reset();
  rule_failing_.last_tick.reset();
  apply_tick(blind_, blind_answer(unanswered_since_.has_value()), now, now);
  if (answered) apply_tick(rule_failing_, rule_failing_answer(rules_), now, now);
}

void Engine::record(const IncidentBook::Events& events, Timestamp at) {
  for (const IncidentEvent& event : events) {
    const Incident& incident = book_.get(event.incident);
    RuleRuntime* of = runtime(incident.rule);
    const std::size_t severity = index_of(incident.severity);
    to_announce_.insert(event.incident);
    const std::string evidence =
        incident.threshold.empty() ? "" : fmt::format(": {} {}", format_number(incident.value), incident.threshold);
    switch (event.kind) {
      case IncidentEvent::Kind::opened:
        if (of) ++of->status.opened[severity];
        counts_.detection_delay.observe(seconds(event.detection_delay));
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
        counts_.time_to_acknowledge[severity].observe(seconds(at - incident.opened_at));
        log::info(fmt::format("acknowledged {} by {}", title(incident), incident.acknowledged_by));
        break;
      case IncidentEvent::Kind::resolved:
        if (of) ++of->status.resolved[severity];
        counts_.time_to_resolve[severity].observe(seconds(at - incident.opened_at));
        log::info(fmt::format("resolved {}: {} after {}", title(incident), incident.resolve_reason,
                              format_duration(at - incident.opened_at)));
        break;
    }
  }
}

/// Ticks read again are told as one: what concerns a rule waits until it has caught up.
bool Engine::settled(const std::string& rule) const {
  const auto found = poll_of_rule_.find(rule);
  if (found == poll_of_rule_.end()) return true;
  const Poll& poll = poller_.polls()[found->second];
  return poll.asked && !poll.reading_again;
}

void Engine::announce(Timestamp now) {
  std::erase_if(to_announce_, [&](IncidentId id) {
    Incident& incident = book_.get(id);
    if (!settled(incident.rule)) return false;
    const RuleRuntime* of = runtime(incident.rule);
    const std::vector<Recipient> recipients =
        route(config_->routes, of ? of->rule->notify : std::vector<std::string>{}, routed_labels(incident));
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
        outbox_.announce(incident, recipients, of ? of->rule->dedup_window : Duration{0}, wants, now, draft_));
    return true;
  });
}

}  // namespace tocsin
