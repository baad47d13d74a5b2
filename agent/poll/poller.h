// Poller: which query is asked when, and with which others. Rules with the same query and interval share a Poll; polls
// of the same tick share a request, up to `batch` of them; at most `max_concurrent` requests are under way; a tick that
// comes while its query is still under way is missed, never queued. Ticks that a machine slept through are not missed:
// they are read again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/limits.h"
#include "agent/base/time.h"
#include "agent/poll/batch.h"
#include "agent/poll/tick_grid.h"

namespace tocsin {

/// How many ticks are read again at once: `ticks` now, at most `ticks_max` until the tick to blame has been found.
struct RangeSize {
  uint32_t ticks = limits::kRangePointsMax;
  uint32_t ticks_max = limits::kRangePointsMax;
  uint32_t refused = 0;       // ranges
  uint32_t probed = 0;        // times that the query was answered at one tick when a range was not
  bool asks_presence = true;  // false: nothing answers that

  void answered() {
    ticks = std::min(ticks * 2, ticks_max);
    probed = 0;
  }
  /// A range of `size` ticks took too long: a shorter one comes next, and longer ones once that is answered.
  void timed_out(uint32_t size) { ticks = std::max(size / 2, 1U); }
  /// It was too much at once, or one of its ticks is to blame: no longer ones before that is found. False: all is
  /// refused.
  bool refuse(uint32_t size) {
    timed_out(size);
    ticks_max = size > 1 ? ticks : limits::kRangePointsMax;
    return ++refused <= limits::kRangesRefusedMax;
  }
  /// For what came due while it was read; what the server cannot do it has not learned meanwhile.
  RangeSize begun_again() const {
    RangeSize next;
    next.probed = probed;
    next.asks_presence = asks_presence;
    return next;
  }
  /// The query was answered at one tick once more.
  bool is_in_vain() { return ++probed >= limits::kRangeProbesMax; }
};

/// One query on one grid. As small as it can be: there is one for nearly each rule.
struct Poll {
  std::string_view query;  // of one of its rules
  TickGrid grid;
  std::vector<std::size_t> rules;  // indices of the rules that share it
  Timestamp since;                 // when it was added; the tick before it is asked too, but nobody owes it

  /// The last tick that need not be read any more: applied, missed, or refused by Prometheus.
  /// Between it and the present lies what is read again by query_range.
  Timestamp covered;
  Timestamp tick;       // queued and in flight: the tick asked for
  Timestamp next;       // the next tick to come due
  Duration reading{0};  // in flight: so much time lies between the last tick that was covered and `tick`
  Timestamp in_flight_since;
  RangeSize range;  // until it has caught up

  /// How many polls a request with this one may have: `company` now, at most `company_max`.
  /// Fewer where requests were slow, and as before once they are not; at most as many as were answered where it was too
  /// much together, and one where it timed out, for a while; one where it is to blame for a failure, for good.
  uint32_t company = 1;
  uint32_t company_max = 1;
  uint16_t restrained = 0;  // answers since `company_max` was lowered
  bool to_blame = false;    // it was refused alone while others were answered, or is a scalar

  uint32_t anew = 0;  // times that it was asked once more, by another clock, since it was answered
  enum class Phase : uint8_t { idle, queued, in_flight };
  Phase phase = Phase::idle;
  bool allow_partial = false;
  bool behind = false;         // Prometheus did not answer the last time
  bool reading_again = false;  // in flight: what comes due meanwhile is read after it, not missed
  bool asked = false;          // an answer or a failure has been seen
};

struct PollerLimits {
  std::size_t requests_max = 1;  // under way at once
  uint32_t batch = 1;            // polls in one request
  Duration timeout{10'000};      // of a request; one that takes more than a tenth of it is slow
};

/// Engine thread only.
class Poller {
 public:
  explicit Poller(const PollerLimits& limits = {}) : limits_(limits) {}

  void reserve(std::size_t polls) { polls_.reserve(polls); }
  /// A poll whose ticks up to `covered` are done; nullopt: it is new and begins with the tick at or before `now`.
  /// REQUIRES: `query` outlives the poller.
  std::size_t add(std::string_view query, Duration interval, bool allow_partial, std::optional<Timestamp> covered,
                  Timestamp now);

  /// The queries that can only be asked alone, by what has been learned.
  std::set<std::string> alone() const;
  /// Of which that is known from before.
  void ask_alone(std::size_t index);

  /// What is to be asked now; its polls are in flight from here on. `missed` gets a poll once for each tick it missed.
  std::vector<Batch> take(Timestamp now, std::vector<std::size_t>& missed);

  /// How a request ended.
  enum class Outcome {
    answered,
    answered_scalar,  // which can only be asked alone
    refused,          // with a query error, or an answer that cannot be used
    timed_out,        // while Prometheus answered others
    unanswered,       // asking for less would not help
  };
  /// The request of `batch` has ended. True: it failed and its polls are asked again in parts, so they are not done.
  bool ended(const Batch& batch, Outcome outcome, Duration took);

  enum class Result { applied, refused, unreachable };
  /// The answer to a poll has been dealt with up to `tick`.
  void done(std::size_t index, Timestamp tick, Result result);

  /// The clock is another one: the grid begins with the latest tick, what came due before it is not read any more, and
  /// what waits or is under way is asked for it once more. Returns the polls for which that has been done
  /// limits::kAskedAnewMax times since they were answered last: they stay in flight, and nobody asks.
  std::vector<std::size_t> begin_anew(Timestamp now);

  /// When to take what is due next; nullopt where there is none. Not at once: what comes due shortly after it is then
  /// asked with warm caches, which costs Prometheus and tocsin less.
  std::optional<Timestamp> next_due() const;
  /// Up to here every poll that is not behind has been read.
  Timestamp covered_by_all(Timestamp now) const;

  Poll& poll(std::size_t index) { return polls_[index]; }
  const std::vector<Poll>& polls() const { return polls_; }

 private:
  void schedule(std::size_t index, Timestamp next);
  void queue_due(Timestamp now, std::vector<std::size_t>& missed);
  void queue(std::size_t index, Timestamp now, std::vector<std::size_t>& missed);
  Batch next_batch(Timestamp now);
  bool joins(const Poll& poll) const;
  static bool never_catches_up(const Poll& poll, Timestamp now);
  void split(const Batch& batch, bool one_by_one);
  void learn(const Batch& batch, Outcome outcome, Duration took);
  void forgive(Poll& poll) const;
  static void restrain(Poll& poll, uint32_t company_max);
  void conclude(const Halving& halving);
  bool is_slow(Duration took) const;

  PollerLimits limits_;
  std::size_t in_flight_ = 0;              // requests
  Duration usual_{0};                      // what a request takes, a moving mean
  Duration gathers_ = limits::kGatherMax;  // so long what is due waits for what comes due after it
  std::vector<Poll> polls_;
  std::map<Timestamp, std::vector<std::size_t>> timers_;  // next tick -> polls, of which thousands may share it
  std::deque<std::size_t> queued_;
  std::deque<Batch> parts_;  // of requests that failed; they come first
};

}  // namespace tocsin
