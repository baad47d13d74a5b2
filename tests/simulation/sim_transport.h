// SimTransport: the network of the simulation: a Prometheus that tells the story, and receivers that keep what they
// have accepted. It outlives the agents that use it, as the world outlives a process.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/http/transport.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/story.h"

namespace tocsin::sim {

/// One notification as a receiver accepted it.
struct Heard {
  std::string notifier;
  std::string incident;  // INC-7, or the dedup key where the receiver knows only that
  std::string word;      // open, escalate, resolve, past, ...
  Timestamp at;
};

class SimTransport final : public Transport {
 public:
  SimTransport(SimClock& clock, const Story& story, const Plan& plan) : clock_(clock), story_(story), plan_(plan) {}

  void start(RequestId id, Outgoing outgoing) override;
  void cancel(RequestId id) override;
  std::vector<Completed> wait(Duration timeout) override;
  void wake() override {}

  /// The agent is gone: nobody waits for what is under way.
  void drop_all() { under_way_.clear(); }
  /// Whether a fault of this kind lasts at the moment.
  bool lasts(FaultKind kind) const;

  const std::vector<Heard>& heard() const { return heard_; }
  const std::map<FaultKind, uint64_t>& injected() const { return injected_; }
  /// Tries at receivers whose outcome the agent could not know.
  uint64_t ambiguous() const { return ambiguous_; }

 private:
  Response prometheus(const HttpRequest& request);
  Response receiver(const HttpRequest& request, const std::string& notifier);
  bool fault(FaultKind kind);
  void accept(const HttpRequest& request, const std::string& notifier);

  SimClock& clock_;
  const Story& story_;
  const Plan& plan_;
  std::multimap<Timestamp, Completed> under_way_;
  std::vector<Heard> heard_;
  std::map<FaultKind, uint64_t> injected_;
  uint64_t requests_ = 0;
  uint64_t ambiguous_ = 0;
};

}  // namespace tocsin::sim
