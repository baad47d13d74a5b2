// Campaign: many seeds on all cores, and what came of them together.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

#include "tests/simulation/run.h"

namespace tocsin::sim {

struct Order {
  uint64_t first = 1;
  uint64_t seeds = 0;                                          // how many
  std::optional<std::chrono::steady_clock::time_point> until;  // then no further one begins
  Duration length{0};                                          // virtual time with faults, of each
  uint64_t failures_max = 3;                                   // then it ends
  bool shrinks = true;                                         // looks for the shortest history that still fails
};

/// Threads: each runs one seed after another; what they found is put together under a lock.
class Campaign {
 public:
  explicit Campaign(const Order& order) : order_(order), next_(order.first) {}

  void run(unsigned threads);

  uint64_t ran() const { return ran_; }
  uint64_t failed() const { return failed_; }
  const RunResult& total() const { return total_; }
  /// Of all rules, those that were not compared with the story as a whole.
  double uncompared() const;
  /// Whether too many of them were not, or a state that has to be met never was: then it proves little. A few seeds say
  /// nothing of that.
  bool is_blind() const;

 private:
  void work();
  bool goes_on(uint64_t seed) const;
  void add(const Plan& plan, const RunResult& result);

  Order order_;
  std::atomic<uint64_t> next_;
  std::atomic<uint64_t> failed_ = 0;
  std::mutex mutex_;
  uint64_t ran_ = 0;  // guarded by mutex_, as is total_
  RunResult total_;
};

}  // namespace tocsin::sim
