// Poller: which query is asked when. Rules with the same query and interval share a Poll; at most
// `max_concurrent_queries` are under way; a tick that comes while its query is still under way is missed, never queued.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/poll/tick_grid.h"

namespace tocsin {

/// One query on one grid.
struct Poll {
  std::string query;
  bool allow_partial = false;
  TickGrid grid;
  std::vector<std::size_t> rules;  // indices of the rules that share it

  /// The last tick that need not be read any more: applied, missed, or refused by Prometheus.
  /// Between it and the present lies what is read again by query_range.
  Timestamp covered;
  bool behind = false;  // Prometheus did not answer the last time

  enum class Phase { idle, queued, in_flight };
  Phase phase = Phase::idle;
  bool reading_again = false;  // in flight: a range; the ticks that come due meanwhile are read after it, not missed
  Timestamp tick;              // queued and in flight: the tick asked for
  Timestamp next;              // the next tick to come due
  bool asked = false;          // an answer or a failure has been seen
};

/// A poll to be asked now, for the ticks (poll.covered, tick].
struct DuePoll {
  std::size_t poll = 0;
  Timestamp tick;
};

struct MissedTicks {
  std::size_t poll = 0;
  int64_t count = 0;
};

/// Engine thread only.
class Poller {
 public:
  explicit Poller(int max_concurrent = 1) : max_concurrent_(max_concurrent) {}

  /// A poll whose ticks up to `covered` are done; nullopt: it is new and begins with the tick at or before `now`.
  std::size_t add(std::string query, Duration interval, bool allow_partial, std::optional<Timestamp> covered,
                  Timestamp now);
  /// The poll of this query, where there is one.
  std::optional<std::size_t> find(const std::string& query, Duration interval, bool allow_partial) const;

  /// What is to be asked now; its polls are in flight from here on.
  std::vector<DuePoll> take(Timestamp now, std::vector<MissedTicks>& missed);

  enum class Result { applied, refused, unreachable };
  /// The answer to a poll has been dealt with up to `tick`.
  void done(std::size_t index, Timestamp tick, Result result);

  /// When the next poll comes due; nullopt where there is none.
  std::optional<Timestamp> next_due() const;
  /// Up to here every poll that is not behind has been read.
  Timestamp covered_by_all(Timestamp now) const;

  Poll& poll(std::size_t index) { return polls_[index]; }
  const std::vector<Poll>& polls() const { return polls_; }

 private:
  void schedule(std::size_t index, Timestamp next);
  void set_back(Timestamp now);

  int max_concurrent_;
  int in_flight_ = 0;
  std::vector<Poll> polls_;
  std::map<std::tuple<std::string, Duration, bool>, std::size_t> by_query_;
  std::set<std::pair<Timestamp, std::size_t>> timers_;  // next tick, poll
  std::deque<std::size_t> queued_;
};

}  // namespace tocsin
