#include "agent/poll/poller.h"

#include <algorithm>

#include "agent/base/assert.h"
#include "agent/base/limits.h"

namespace tocsin {

std::size_t Poller::add(std::string query, Duration interval, bool allow_partial, std::optional<Timestamp> covered,
                        Timestamp now) {
  const TickGrid grid(query, interval);
  const Timestamp latest = grid.at_or_before(now);
  const Timestamp done = std::min(grid.at_or_before(covered.value_or(latest - interval)), latest);
  polls_.push_back({.query = std::move(query),
                    .allow_partial = allow_partial,
                    .grid = grid,
                    .rules = {},
                    .covered = done,
                    .behind = false,
                    .phase = Poll::Phase::idle,
                    .tick = done,
                    .next = done,
                    .asked = false});
  const std::size_t index = polls_.size() - 1;
  by_query_.emplace(std::tuple(polls_[index].query, interval, allow_partial), index);
  schedule(index, done < latest ? latest : latest + interval);
  return index;
}

std::optional<std::size_t> Poller::find(const std::string& query, Duration interval, bool allow_partial) const {
  const auto found = by_query_.find({query, interval, allow_partial});
  if (found == by_query_.end()) return std::nullopt;
  return found->second;
}

std::vector<DuePoll> Poller::take(Timestamp now, std::vector<MissedTicks>& missed) {
  set_back(now);
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::size_t index = timers_.begin()->second;
    Poll& poll = polls_[index];
    const Timestamp latest = poll.grid.at_or_before(now);
    if (poll.phase == Poll::Phase::in_flight) {
      if (!poll.reading_again) missed.push_back({index, poll.grid.ticks_between(poll.next, latest) + 1});
    } else {
      // Still in the queue: it is asked once, for the latest tick.
      if (poll.phase == Poll::Phase::queued) missed.push_back({index, poll.grid.ticks_between(poll.tick, latest)});
      if (poll.phase == Poll::Phase::idle) queued_.push_back(index);
      poll.phase = Poll::Phase::queued;
      poll.tick = latest;
    }
    schedule(index, latest + poll.grid.interval());
  }
  std::vector<DuePoll> due;
  while (!queued_.empty() && in_flight_ < max_concurrent_) {
    const std::size_t index = queued_.front();
    queued_.pop_front();
    polls_[index].phase = Poll::Phase::in_flight;
    ++in_flight_;
    due.push_back({index, polls_[index].tick});
  }
  return due;
}

void Poller::done(std::size_t index, Timestamp tick, Result result) {
  Poll& poll = polls_[index];
  TOCSIN_ASSERT(poll.phase == Poll::Phase::in_flight);
  poll.phase = Poll::Phase::idle;
  poll.asked = true;
  --in_flight_;
  poll.behind = result == Result::unreachable;
  // What came due while one query was under way is missed; what came due while ticks were read again is read next.
  if (result != Result::unreachable) {
    poll.covered = poll.reading_again ? tick : std::max(tick, poll.next - poll.grid.interval());
  }
  poll.reading_again = false;
}

std::optional<Timestamp> Poller::next_due() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

Timestamp Poller::covered_by_all(Timestamp now) const {
  Timestamp covered = now;
  for (const Poll& poll : polls_) {
    if (!poll.behind) covered = std::min(covered, poll.covered + poll.grid.interval() - Duration{1});
  }
  return covered;
}

void Poller::schedule(std::size_t index, Timestamp next) {
  timers_.erase({polls_[index].next, index});
  polls_[index].next = next;
  timers_.insert({next, index});
}

/// A clock set back by little: the ticks already read are not read again, the grid waits. By more: the grid begins
/// anew, for to wait would be to be blind.
void Poller::set_back(Timestamp now) {
  if (timers_.empty()) return;
  const Poll& first = polls_[timers_.begin()->second];
  if (first.next - now <= first.grid.interval() + limits::kClockBackMax) return;
  for (std::size_t index = 0; index < polls_.size(); ++index) {
    Poll& poll = polls_[index];
    if (poll.next - now <= poll.grid.interval() + limits::kClockBackMax) continue;
    poll.covered = poll.grid.at_or_before(now);
    schedule(index, poll.covered + poll.grid.interval());
  }
}

}  // namespace tocsin
