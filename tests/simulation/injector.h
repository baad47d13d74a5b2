// Injector: which faults of the plan last at the moment, and how often each kind has struck.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "tests/simulation/plan.h"
#include "tests/simulation/sim_clock.h"

namespace tocsin::sim {

/// Of a disk that is slow.
inline constexpr Duration kSlowestCommit{3000};

class Injector {
 public:
  Injector(const Plan& plan, const SimClock& clock) : plan_(plan), clock_(clock) {}

  /// A fault of this kind that lasts and concerns the one who asks; nullptr: none.
  const Fault* find(FaultKind kind, const std::function<bool(const Fault&)>& concerns = {}) const;
  bool lasts(FaultKind kind) const { return find(kind) != nullptr; }
  /// A fault of another kind than `but` lasts, or did until this short a time ago.
  bool any_lasts(FaultKind but, Duration effect) const;
  /// The last fault of this kind that has begun, whether it lasts or not; nullptr: none has.
  const Fault* latest(FaultKind kind) const;
  /// It struck no longer ago than this, a sleep of the machine not counted.
  bool struck_within(FaultKind kind, Duration awake) const;
  /// As find(), and counts it.
  bool strikes(FaultKind kind, const std::function<bool(const Fault&)>& concerns = {});
  /// A fault of this kind that happens once: taken when it is due.
  const Fault* take(FaultKind kind);
  void count(FaultKind kind) {
    ++injected_[kind];
    struck_[kind] = clock_.steady();
  }

  const std::map<FaultKind, uint64_t>& injected() const { return injected_; }

 private:
  const Plan& plan_;
  const SimClock& clock_;
  std::map<FaultKind, uint64_t> injected_;
  std::map<FaultKind, Instant> struck_;  // last
  std::set<std::size_t> taken_;          // indices of the plan
};

}  // namespace tocsin::sim
