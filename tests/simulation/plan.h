// Plan: everything that goes wrong in one run, as a list that can be printed, replayed and shrunk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/time.h"

namespace tocsin::sim {

enum class FaultKind {
  prometheus_refuses,
  prometheus_hangs,
  prometheus_errors,    // 503, as while it starts
  prometheus_nonsense,  // a page of something else, or what looks like an answer and is none
  query_refused,        // some queries are, whatever they are asked with
  joined_too_large,     // a request with more than a few queries is refused
  prometheus_slow,      // answers take seconds, and overtake each other
  prometheus_forgets,   // all that was before is gone
  receiver_refuses,
  receiver_errors,       // 500
  receiver_limits,       // 429, half of the times with Retry-After
  receiver_loses_reply,  // takes it, and the answer is lost
  receiver_hangs,
  receiver_slow,     // its answer takes seconds
  receiver_late,     // takes it, and its answer comes after the time-out
  receiver_rejects,  // 400 or 404: for good
  store_fails,
  store_slow,
  crash_before_commit,
  crash_after_commit,
  crash_in_commit,        // or in a pruning, at a write or a sync: the more of them, the likelier
  crash_at_send,          // before or after the request is out
  crash_at_notification,  // likewise, of those to receivers
  crash_at_wait,
  crash_at_load,   // before or after
  crash_at_prune,  // likewise
  agent_stops,     // as asked to, within its grace
  machine_sleeps,
  clock_set_back,
  clock_drifts,
  person_acknowledges,  // one incident each minute, as long as it lasts
  person_resolves,
  person_notes,
  reload,  // adds, removes or changes a rule, a route and a notifier; or has faults
  clock_set_forward,
  crash_at_opening,  // or at closing: at a write or a sync of the store's
  kinds,
};
std::string_view fault_text(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::crash_before_commit;
  Timestamp at;
  /// How long it lasts; of a crash or a stop: how long the agent stays away; of a clock: how far it is set.
  Duration length{0};
  friend bool operator==(const Fault&, const Fault&) = default;
};

/// The wall clock of the agent alone jumps.
inline bool sets_clock(const Fault& fault) {
  return fault.kind == FaultKind::clock_set_back || fault.kind == FaultKind::clock_set_forward;
}

/// So long it is there.
inline Duration lasting(const Fault& fault) {
  return sets_clock(fault) ? Duration{0} : fault.length;
}

/// Whether anything may be told late for it.
inline bool disturbs(const Fault& fault) {
  return fault.kind != FaultKind::person_acknowledges;
}

struct Plan {
  uint64_t seed = 0;
  Duration length{0};  // of the part with faults; a calm part follows
  std::vector<Fault> faults;
};

/// Draws a plan: a random subset of the kinds (swarm testing, Groce et al. 2012), then faults of these.
Plan make_plan(uint64_t seed, Timestamp start, Duration length);

std::string plan_text(const Plan& plan, Timestamp start);

}  // namespace tocsin::sim
