// Ticks that are read again: what was missed while tocsin was away or Prometheus did not answer, as ranges.
#include <utility>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/engine/engine.h"
#include "agent/poll/presence.h"
#include "agent/poll/prom_answer.h"
#include "agent/poll/query.h"

namespace tocsin {

void Engine::ask_range(Asked asked, std::string_view query) {
  if (!asked.read_again) asked.offset = before_ticks();
  const Duration step = poller_.poll(asked.batch.polls.front()).grid.interval();
  HttpRequest request =
      range_query(config_->prometheus, query, asked.first - asked.offset, asked.last - asked.offset, step);
  asked_.emplace(next_request_, std::move(asked));
  world_.transport.start(next_request_++, std::move(request));
}

/// First the range itself, then at which of its ticks Prometheus was there to see anything.
void Engine::range_answered(Asked asked, const Response& response) {
  Poll& poll = poller_.poll(asked.batch.polls.front());
  auto answers = parse_range(response, poll.allow_partial, asked.first - asked.offset, asked.last - asked.offset,
                             poll.grid.interval());
  if (is_answer(answers)) prometheus_answers();
  if (!answers) return range_failed(std::move(asked), answers.error(), response);
  if (asked.read_again) {
    std::vector<AnswerAt> read = std::move(*asked.read_again);
    return range_read(std::move(asked), std::move(read), *answers, response);
  }
  if (!poll.range.asks_presence) return range_read(std::move(asked), *std::move(answers), {}, response);
  asked.read_again = std::move(*answers);
  ask_range(std::move(asked), kPresenceQuery);
}

/// What was observed of it is applied, and the rest is asked for.
void Engine::range_read(Asked asked, std::vector<AnswerAt> answers, const std::vector<AnswerAt>& presence,
                        const Response& response) {
  const std::size_t index = asked.batch.polls.front();
  drop_unobserved(answers, presence);
  for (AnswerAt& answer : answers) answer.at += asked.offset;
  poller_.poll(index).range.answered();
  applied(index, asked.last, answers, response);
  if (asked.last < asked.batch.tick) {
    ask(std::move(asked.batch), world_.clock.now());
  } else {
    poller_.ended(asked.batch, Poller::Outcome::answered, Duration{0});
  }
}

/// What is refused is asked again in shorter ranges, down to the tick that is to blame, which is left out. A time-out
/// waits for the next tick, as Prometheus may be busy.
void Engine::range_failed(Asked asked, const QueryFault& fault, const Response& response) {
  Poll& poll = poller_.poll(asked.batch.polls.front());
  const auto size = static_cast<uint32_t>((asked.last - asked.first) / poll.grid.interval()) + 1;
  const bool refused = fault.kind == QueryFault::Kind::rejected || fault.kind == QueryFault::Kind::unusable;
  if (refused && size == 1 && asked.read_again) return go_on_without_presence(std::move(asked), response);
  if (response.fault == TransportFault::timeout) poll.range.timed_out(size);
  if (refused && poll.range.refuse(size)) {
    if (size == 1) poll.covered = asked.last;
    return ask(std::move(asked.batch), world_.clock.now());
  }
  // A server is there, and it may be one that answers all but this.
  const bool is_there = fault.kind == QueryFault::Kind::unreachable && response.fault == TransportFault::none;
  if (is_there) return probe(std::move(asked), fault);
  if (fault.kind != QueryFault::Kind::unreachable) say_what_is_given_up(fault);
  not_answered(asked, fault, response);
}

void Engine::go_on_without_presence(Asked asked, const Response& response) {
  poller_.poll(asked.batch.polls.front()).range.asks_presence = false;
  auto read = std::exchange(asked.read_again, std::nullopt).value_or(std::vector<AnswerAt>{});
  range_read(std::move(asked), std::move(read), {}, response);
}

/// Whether Prometheus answers the same query at the present tick.
void Engine::probe(Asked asked, const QueryFault& fault) {
  asked.range_fault = fault;
  ask_instant(std::move(asked));
}

/// Where it does, time after time, what was missed cannot be read, and to wait for it would be to be blind.
void Engine::probe_answered(Asked asked, const Response& response) {
  const std::size_t index = asked.batch.polls.front();
  const QueryFault fault = std::exchange(asked.range_fault, std::nullopt).value_or(QueryFault{});
  const bool answers = is_answer(parse(asked, response));
  const bool in_vain = answers && poller_.poll(index).range.is_in_vain();
  if (!in_vain) {
    not_answered(asked, fault, response);
    if (answers) prometheus_answers();
    return;
  }
  if (asked.read_again) return go_on_without_presence(std::move(asked), response);
  say_what_is_given_up(fault);
  asked.first = asked.last = asked.batch.tick;
  instant_answered(asked, response);
}

void Engine::say_what_is_given_up(const QueryFault& fault) {
  log::warn("missed ticks cannot be read again and are not observed", {{"reason", redactor_.clean(fault.text)}});
}

}  // namespace tocsin
