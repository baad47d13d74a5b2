// SimTransport: the network of the simulation, between the agent, a Prometheus and receivers. It outlives the agents
// that use it, as the world outlives a process.
#pragma once

#include <map>
#include <vector>

#include "agent/http/transport.h"
#include "tests/simulation/crash.h"
#include "tests/simulation/receivers.h"
#include "tests/simulation/sim_prometheus.h"

namespace tocsin::sim {

/// Of any answer but one that never comes.
inline constexpr Duration kLatencyMax{9900};

class SimTransport final : public Transport {
 public:
  SimTransport(SimClock& clock, Injector& injector, SimPrometheus& prometheus, Receivers& receivers, uint64_t seed)
      : clock_(clock), injector_(injector), prometheus_(prometheus), receivers_(receivers), seed_(seed) {}

  void start(RequestId id, Outgoing outgoing) override;
  void cancel(RequestId id) override;
  std::vector<Completed> wait(Duration timeout) override;
  void wake() override { woken_ = true; }

  /// What is due of sleeps, steps and drifts; also while no agent waits.
  void turn_the_clock();
  /// The agent is gone: nobody waits for what is under way.
  void drop_all() { under_way_.clear(); }
  /// The most requests that were under way at once.
  std::size_t busiest() const { return busiest_; }
  /// When the machine woke the last time, in real time.
  Timestamp woke_up() const { return woke_up_; }
  /// When the wall clock was set, in real time.
  const std::vector<Timestamp>& steps() const { return steps_; }
  /// When the agent got an answer of Prometheus, good or a refusal of what it asked.
  const std::vector<Timestamp>& answers() const { return answers_; }

 private:
  Duration latency();
  Duration slow(FaultKind kind, Duration longest);
  bool may_fall_asleep() const;
  void set_clock(FaultKind kind, int back);

  SimClock& clock_;
  Injector& injector_;
  SimPrometheus& prometheus_;
  Receivers& receivers_;
  uint64_t seed_;
  struct UnderWay {
    Completed completed;
    bool is_query = false;
    bool is_answer = false;  // of Prometheus itself
  };

  std::multimap<Instant, UnderWay> under_way_;  // by when they end
  std::vector<Timestamp> answers_;
  uint64_t requests_ = 0;
  std::size_t busiest_ = 0;
  Timestamp woke_up_;
  std::vector<Timestamp> steps_;
  bool woken_ = false;
};

}  // namespace tocsin::sim
