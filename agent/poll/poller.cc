#include "agent/poll/poller.h"

#include <algorithm>

#include "agent/base/assert.h"
#include "agent/base/limits.h"
#include "agent/poll/joined_query.h"

namespace tocsin {

std::size_t Poller::add(std::string_view query, Duration interval, bool allow_partial, std::optional<Timestamp> covered,
                        Timestamp now) {
  const TickGrid grid(query, interval);
  const Timestamp latest = grid.at_or_before(now);
  const Timestamp done = std::min(grid.at_or_before(covered.value_or(latest - interval)), latest);
  const uint32_t company = can_be_joined(query) ? limits_.batch : 1;
  polls_.push_back({.query = query,
                    .grid = grid,
                    .rules = {},
                    .since = now,
                    .covered = done,
                    .tick = done,
                    .next = done,
                    .in_flight_since = now,
                    .range = {},
                    .company = company,
                    .company_max = company,
                    .allow_partial = allow_partial});
  const std::size_t index = polls_.size() - 1;
  schedule(index, done < latest ? latest : latest + interval);
  gathers_ = std::min(gathers_, interval / limits::kGatheringsMin);
  return index;
}

std::set<std::string> Poller::alone() const {
  std::set<std::string> queries;
  for (const Poll& poll : polls_) {
    if (poll.to_blame) queries.emplace(poll.query);
  }
  return queries;
}

std::vector<Batch> Poller::take(Timestamp now, std::vector<std::size_t>& missed) {
  queue_due(now, missed);
  std::vector<Batch> due;
  while (in_flight_ < limits_.requests_max && !(parts_.empty() && queued_.empty())) {
    due.push_back(next_batch(now));
    ++in_flight_;
  }
  return due;
}

void Poller::queue_due(Timestamp now, std::vector<std::size_t>& missed) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::vector<std::size_t> due = std::move(timers_.extract(timers_.begin()).mapped());
    for (const std::size_t index : due) queue(index, now, missed);
  }
}

void Poller::queue(std::size_t index, Timestamp now, std::vector<std::size_t>& missed) {
  Poll& poll = polls_[index];
  const Timestamp latest = poll.grid.at_or_before(now);
  const Duration late = latest - poll.next;  // of an agent that is awake and keeps up: 0
  const bool slept = late >= limits::kSleepMin;
  const auto due = static_cast<std::size_t>(late / poll.grid.interval()) + 1;
  if (poll.phase == Poll::Phase::in_flight) {
    poll.reading_again |= slept;
    if (slept) poll.reading = Duration::max();
    if (!poll.reading_again) missed.insert(missed.end(), due, index);
    if (never_catches_up(poll, now)) {
      missed.insert(missed.end(), static_cast<std::size_t>((latest - poll.tick) / poll.grid.interval()), index);
      poll.reading_again = false;
    }
  } else {
    // Still in the queue: it is asked once, for the latest tick. What waited for its turn is missed like what was under
    // way; what is read again is read from where it ended.
    if (poll.phase == Poll::Phase::queued && !slept) {
      missed.insert(missed.end(), poll.tick > poll.since ? due : due - 1, index);
      if (joins(poll)) poll.covered = latest - poll.grid.interval();
    }
    if (poll.phase == Poll::Phase::idle) queued_.push_back(index);
    poll.phase = Poll::Phase::queued;
    poll.tick = latest;
  }
  schedule(index, latest + poll.grid.interval());
}

/// What takes half of the time that it covers, or more, is too slow for that: it would be read again for good.
bool Poller::never_catches_up(const Poll& poll, Timestamp now) {
  return poll.reading_again && poll.reading > poll.grid.interval() && now - poll.in_flight_since >= poll.reading / 2;
}

/// The queue is in the order of ticks, so those that may be asked together stand together.
Batch Poller::next_batch(Timestamp now) {
  if (!parts_.empty()) {
    Batch part = std::move(parts_.front());
    parts_.pop_front();
    return part;
  }
  const Poll& first = polls_[queued_.front()];
  Batch batch{.polls = {}, .tick = first.tick, .part_of = nullptr};
  uint32_t company = first.company;
  std::size_t bytes = 0;
  while (!queued_.empty()) {
    Poll& poll = polls_[queued_.front()];
    company = std::min(company, poll.company);
    bytes += poll.query.size();
    const bool fits = batch.polls.size() < company && bytes <= limits::kJoinedBytesMax && joins(poll) && joins(first) &&
                      poll.tick == first.tick && poll.allow_partial == first.allow_partial;
    if (!batch.polls.empty() && !fits) break;
    poll.phase = Poll::Phase::in_flight;
    // The first tick after a start is asked late, and the next may come due meanwhile.
    poll.reading_again = !poll.asked;
    poll.reading = poll.tick - poll.covered;
    poll.in_flight_since = now;
    batch.polls.push_back(queued_.front());
    queued_.pop_front();
  }
  return batch;
}

/// What is read again is read alone, as a range.
bool Poller::joins(const Poll& poll) const {
  return poll.grid.after(poll.covered) >= poll.tick;
}

bool Poller::ended(const Batch& batch, Outcome outcome, Duration took) {
  --in_flight_;
  const bool failed = outcome == Outcome::refused || outcome == Outcome::timed_out;
  if (failed && batch.polls.size() > 1) {
    split(batch, outcome == Outcome::timed_out);
    return true;
  }
  learn(batch, outcome, took);
  return false;
}

/// What was refused is halved until it is clear who is to blame; what took too long is not made to wait once more.
void Poller::split(const Batch& batch, bool one_by_one) {
  const std::size_t size = batch.polls.size();
  const std::size_t part = one_by_one ? 1 : (size + 1) / 2;
  const auto halving = batch.part_of ? batch.part_of : std::make_shared<Halving>(Halving{.members = batch.polls});
  for (std::size_t at = 0; at < size; at += part) {
    const auto begin = batch.polls.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = batch.polls.begin() + static_cast<std::ptrdiff_t>(std::min(at + part, size));
    parts_.push_back({.polls = {begin, end}, .tick = batch.tick, .part_of = halving});
    ++halving->parts_open;
  }
  --halving->parts_open;
}

void Poller::learn(const Batch& batch, Outcome outcome, Duration took) {
  const auto size = static_cast<uint32_t>(batch.polls.size());
  const bool slow = outcome == Outcome::timed_out || is_slow(took);
  for (const std::size_t index : batch.polls) {
    Poll& poll = polls_[index];
    if (outcome == Outcome::answered_scalar) ask_alone(index);
    if (outcome == Outcome::answered) forgive(poll);
    poll.company = std::clamp(slow ? size / 2 : poll.company * 2, 1U, poll.company_max);
  }
  if (outcome == Outcome::answered) usual_ = usual_ == Duration{0} ? took : (usual_ * 15 + took) / 16;
  if (!batch.part_of) return;
  Halving& halving = *batch.part_of;
  if (outcome == Outcome::unanswered) halving.conclusive = false;
  if (outcome == Outcome::answered || outcome == Outcome::answered_scalar) {
    halving.largest_answered = std::max(halving.largest_answered, size);
  }
  if (outcome != Outcome::answered) {
    auto& failed = outcome == Outcome::timed_out ? halving.too_slow : halving.culprits;
    failed.insert(failed.end(), batch.polls.begin(), batch.polls.end());
  }
  if (--halving.parts_open == 0) conclude(halving);
}

/// What was too much or too slow once need not be so for good: after many answers it is tried again.
void Poller::forgive(Poll& poll) const {
  if (poll.to_blame || poll.company_max == limits_.batch) return;
  if (++poll.restrained < limits::kAnswersUntilForgiven) return;
  poll.restrained = 0;
  if (can_be_joined(poll.query)) poll.company_max = limits_.batch;
}

/// A culprit is asked alone from now on, and what took too long for a while. Where each part was answered, together
/// they were too much; where none was, the fault is not theirs.
void Poller::conclude(const Halving& halving) {
  if (!halving.conclusive || halving.largest_answered == 0) return;
  for (const std::size_t index : halving.culprits) ask_alone(index);
  for (const std::size_t index : halving.too_slow) restrain(polls_[index], 1);
  if (!halving.culprits.empty() || !halving.too_slow.empty()) return;
  for (const std::size_t index : halving.members) restrain(polls_[index], halving.largest_answered);
}

void Poller::restrain(Poll& poll, uint32_t company_max) {
  poll.company_max = std::min(poll.company_max, company_max);
  poll.company = std::min(poll.company, poll.company_max);
  poll.restrained = 0;
}

void Poller::ask_alone(std::size_t index) {
  restrain(polls_[index], 1);
  polls_[index].to_blame = true;
}

bool Poller::is_slow(Duration took) const {
  return took > limits_.timeout / 10 ||
         (usual_ > Duration{0} && took > limits::kSlowQueryMin && took > usual_ * limits::kSlowQueryFactor);
}

void Poller::done(std::size_t index, Timestamp tick, Result result) {
  Poll& poll = polls_[index];
  TOCSIN_ASSERT(poll.phase == Poll::Phase::in_flight);
  poll.phase = Poll::Phase::idle;
  poll.asked = true;
  poll.behind = result == Result::unreachable;
  // What came due while one query was under way is missed; what came due while ticks were read again is read next.
  if (result != Result::unreachable) {
    poll.covered = poll.reading_again ? tick : std::max(tick, poll.next - poll.grid.interval());
    poll.range = poll.reading_again ? poll.range.begun_again() : RangeSize{};
  }
  poll.reading_again = false;
  poll.anew = 0;
}

std::vector<std::size_t> Poller::begin_anew(Timestamp now) {
  parts_.clear();
  queued_.clear();
  timers_.clear();
  in_flight_ = 0;
  std::vector<std::size_t> given_up;
  for (std::size_t index = 0; index < polls_.size(); ++index) {
    Poll& poll = polls_[index];
    const Timestamp latest = poll.grid.at_or_before(now);
    poll.covered = std::clamp(poll.covered, latest - poll.grid.interval(), latest);
    poll.reading_again = false;
    if (poll.phase == Poll::Phase::idle) {
      schedule(index, poll.covered + poll.grid.interval());
      continue;
    }
    schedule(index, latest + poll.grid.interval());
    poll.covered = latest - poll.grid.interval();
    poll.tick = latest;
    if (++poll.anew > limits::kAskedAnewMax) {
      poll.phase = Poll::Phase::in_flight;
      given_up.push_back(index);
    } else {
      poll.phase = Poll::Phase::queued;
      queued_.push_back(index);
    }
  }
  return given_up;
}

std::optional<Timestamp> Poller::next_due() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first + gathers_;
}

Timestamp Poller::covered_by_all(Timestamp now) const {
  Timestamp covered = now;
  for (const Poll& poll : polls_) {
    if (!poll.behind) covered = std::min(covered, poll.covered + poll.grid.interval() - Duration{1});
  }
  return covered;
}

void Poller::schedule(std::size_t index, Timestamp next) {
  polls_[index].next = next;
  timers_[next].push_back(index);
}

}  // namespace tocsin
