// FaultyStore: the real SQLite store behind a disk that is full or slow, and a process that can die on either side of a
// commit.
#pragma once

#include <memory>

#include "agent/store/store.h"
#include "tests/simulation/archive.h"
#include "tests/simulation/crash.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/ledger.h"

namespace tocsin::sim {

class FaultyStore final : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> store, SimClock& clock, Injector& injector, Ledger& ledger, Archive& archive)
      : store_(std::move(store)), clock_(clock), injector_(injector), ledger_(ledger), archive_(archive) {}

  Result<Stored> load(Timestamp resolved_since) override {
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is away", ErrorCode::unavailable);
    return store_->load(resolved_since);
  }
  Result<std::size_t> prune(Timestamp before, std::size_t incidents_max) override {
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is full", ErrorCode::unavailable);
    archive_.keep(before);
    return store_->prune(before, incidents_max);
  }
  Result<void> commit(const Change& change) override {
    die_at(FaultKind::crash_before_commit);
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is full", ErrorCode::unavailable);
    if (injector_.strikes(FaultKind::store_slow)) clock_.advance(kSlowCommit);
    Result<void> done = store_->commit(change);
    if (done) ledger_.commit(change);
    die_at(FaultKind::crash_after_commit);
    return done;
  }

 private:
  static constexpr Duration kSlowCommit{1000};

  void die_at(FaultKind kind) {
    if (const Fault* crash = injector_.take(kind)) throw Crash{crash->length};
  }

  std::unique_ptr<Store> store_;
  SimClock& clock_;
  Injector& injector_;
  Ledger& ledger_;
  Archive& archive_;
};

}  // namespace tocsin::sim
