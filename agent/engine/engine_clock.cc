// Clocks: what a step of this machine's means to who waits, and queries by the clock of Prometheus.
#include <utility>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/engine/engine.h"
#include "agent/evaluate/series_step.h"
#include "agent/poll/prom_answer.h"
#include "agent/poll/query.h"

namespace tocsin {

/// A clock that was set back must not make anybody wait for the time that it has lost. What it gains at once, as it is
/// set forward or as the machine sleeps, is no time in which a receiver could have been tried.
void Engine::follow_clock() {
  const Timestamp now = world_.clock.now();
  const Instant steady = world_.clock.steady();
  const Duration lost = turned_at_ + (steady - turned_at_steady_) - now;
  turned_at_ = now;
  turned_at_steady_ = steady;
  if (-lost >= limits::kClockStepMin) {
    log::info("the clock was set forward, or the machine slept", {{"by", format_duration(-lost)}});
    outbox_.set_forward(-lost, now, draft_);
    // tocsin's own rules go by it; others by the clock of Prometheus.
    for (RuleRuntime* own : {&blind_, &rule_failing_, &too_many_incidents_}) set_forward(*own, -lost);
    if (unanswered_since_) *unanswered_since_ -= lost;
    time_confirmed_ = false;
  }
  if (lost < limits::kClockStepMin) return;
  log::warn("the clock was set back", {{"by", format_duration(lost)}});
  book_.set_back(lost);
  outbox_.set_back(lost, draft_);
  deliverer_.set_back(lost);
  heartbeat_.set_back(lost);
  const auto set_back = [lost](std::optional<Timestamp>& at) {
    if (at) *at -= lost;
  };
  set_back(unanswered_since_);
  set_back(last_answer_);
  for (RuleRuntime& runtime : rules_) set_back(runtime.failing_since);
  // By little, the grid waits; for longer, to wait would be to be blind.
  if (lost > limits::kClockBackMax) ask_anew();
}

/// What has lasted has lasted no longer for a clock that was set.
void Engine::set_forward(RuleRuntime& runtime, Duration by) {
  runtime.state.series.change([&](RuleState::BySeries& all) {
    for (auto& [labels, series] : all) {
      tocsin::set_forward(series, by);
      draft_.series[runtime.rule().name].insert(labels);
    }
  });
}

/// A query asks for so long before its tick: by the clock of Prometheus, which knows nothing of this one.
Duration Engine::before_ticks() const {
  return config_->prometheus.query_offset + server_clock_.ahead();
}

/// An answer is put aside until it is clear of what time it speaks.
void Engine::doubt(Asked asked, const Response& response) {
  doubted_.emplace_back(std::move(asked), response);
  if (clock_asked_) return;
  clock_asked_ = next_request_++;
  clock_asked_at_ = world_.clock.now();
  world_.transport.start(*clock_asked_, instant_query(config_->prometheus, kClockQuery, std::nullopt));
}

void Engine::clock_answered(const Response& response) {
  clock_asked_.reset();
  auto doubted = std::exchange(doubted_, {});
  const auto answer = parse_instant(response, false);
  if (!answer && may_know_the_time(answer.error().kind)) {
    if (is_answer(answer)) prometheus_answers();
    const QueryFault fault{QueryFault::Kind::unreachable, "asked what time it is: " + answer.error().text};
    for (const auto& [asked, aside] : doubted) not_answered(asked, fault, response);
    return;
  }
  clock_unanswered_ = 0;
  const auto time = answer ? clock_time(*answer) : std::nullopt;
  const Duration gained = server_clock_.learn(time, clock_asked_at_, world_.clock.now());
  draft_.clock = true;
  if (gained != Duration{0}) return follow_server_clock(gained);
  time_confirmed_ = true;
  for (auto& [asked, aside] : doubted) evaluate_answer(std::move(asked), aside);
}

/// Whether a server that has not told it may do so when it is asked again.
bool Engine::may_know_the_time(QueryFault::Kind fault) {
  switch (fault) {
    case QueryFault::Kind::rejected:
      return false;
    case QueryFault::Kind::unreachable:  // by one that answers all but this, time after time
      return ++clock_unanswered_ < limits::kClockProbesMax;
    case QueryFault::Kind::partial:
    case QueryFault::Kind::unusable:
      break;
  }
  return true;
}

void Engine::not_answered(const Asked& asked, const QueryFault& fault, const Response& response) {
  poller_.ended(asked.batch, Poller::Outcome::unanswered, Duration{0});
  for (const std::size_t poll : asked.batch.polls) failed(poll, asked.batch.tick, fault, response);
}

/// This machine's clock was set by so much, or Prometheus's the other way.
void Engine::follow_server_clock(Duration gained) {
  const Duration ahead = server_clock_.ahead();
  if (ahead == Duration{0}) {
    log::info("the clocks of this machine and of Prometheus agree", {});
  } else {
    log::warn("the clocks of this machine and of Prometheus differ: set both by NTP; queries go by that of Prometheus",
              {{ahead > Duration{0} ? "ahead_by" : "behind_by", format_duration(std::chrono::abs(ahead))}});
  }
  time_confirmed_ = true;
  // Where it was Prometheus's clock, a series waits a little longer.
  if (gained > Duration{0}) {
    for (RuleRuntime& runtime : rules_) set_forward(runtime, gained);
  }
  ask_anew();
}

/// Nothing counts that was asked by another clock.
void Engine::ask_anew() {
  drop_questions();
  const QueryFault jumps{
      QueryFault::Kind::unreachable,
      "its clock differs from answer to answer: do several servers answer, with clocks of their own?"};
  for (const std::size_t poll : poller_.begin_anew(world_.clock.now())) {
    failed(poll, poller_.poll(poll).tick, jumps, {});
  }
}

void Engine::drop_questions() {
  for (const auto& [id, asked] : asked_) world_.transport.cancel(id);
  asked_.clear();
  if (clock_asked_) world_.transport.cancel(*clock_asked_);
  clock_asked_.reset();
  doubted_.clear();
}

}  // namespace tocsin
