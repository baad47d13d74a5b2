// FaultyStore: the real SQLite store behind a disk that refuses, and a process that can die on either side of a commit.
#pragma once

#include <functional>
#include <memory>

#include "agent/store/store.h"
#include "tests/simulation/plan.h"

namespace tocsin::sim {

/// Thrown where the process dies.
struct Crash {
  Duration downtime{0};
};

class FaultyStore final : public Store {
 public:
  /// `fails`: whether the disk refuses now. `crash`: takes a crash that is due, before or after the commit.
  FaultyStore(std::unique_ptr<Store> store, std::function<bool()> fails,
              std::function<std::optional<Crash>(FaultKind)> crash)
      : store_(std::move(store)), fails_(std::move(fails)), crash_(std::move(crash)) {}

  Result<Stored> load(Timestamp resolved_since) override { return store_->load(resolved_since); }
  Result<std::size_t> prune(Timestamp before, std::size_t incidents_max) override {
    return store_->prune(before, incidents_max);
  }
  Result<void> commit(const Change& change) override {
    if (const auto crash = crash_(FaultKind::crash_before_commit)) throw *crash;
    if (fails_()) return fail("the simulated disk is full", ErrorCode::unavailable);
    Result<void> done = store_->commit(change);
    if (const auto crash = crash_(FaultKind::crash_after_commit)) throw *crash;
    return done;
  }

 private:
  std::unique_ptr<Store> store_;
  std::function<bool()> fails_;
  std::function<std::optional<Crash>(FaultKind)> crash_;
};

}  // namespace tocsin::sim
