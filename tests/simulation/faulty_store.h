// FaultyStore: the real SQLite store behind a disk that is full or slow, and a process that can die on either side of a
// commit and within it.
#pragma once

#include <memory>
#include <type_traits>

#include "agent/store/store.h"
#include "tests/simulation/archive.h"
#include "tests/simulation/crash.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/sim_disk.h"

namespace tocsin::sim {

class FaultyStore final : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> store, SimDisk& disk, SimClock& clock, Injector& injector, Ledger& ledger,
              Archive& archive)
      : store_(std::move(store)), disk_(disk), clock_(clock), injector_(injector), ledger_(ledger), archive_(archive) {}

  Result<Stored> load(Timestamp resolved_since) override {
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is away", ErrorCode::unavailable);
    return dying(FaultKind::crash_at_load, [&] {
      Result<Stored> stored = store_->load(resolved_since);
      if (stored) ledger_.loaded(*stored);
      return stored;
    });
  }
  Result<std::size_t> prune(Timestamp before, std::size_t incidents_max) override {
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is full", ErrorCode::unavailable);
    archive_.keep(before);
    return dying(FaultKind::crash_at_prune,
                 [&] { return dying_within([&] { return store_->prune(before, incidents_max); }); });
  }
  Result<void> commit(const Change& change) override {
    die_at(FaultKind::crash_before_commit);
    if (injector_.strikes(FaultKind::store_fails)) return fail("the simulated disk is full", ErrorCode::unavailable);
    if (const Fault* slow = injector_.find(FaultKind::store_slow)) take_time(*slow);
    Result<void> done = dying_within([&] {
      Result<void> result = store_->commit(change);
      if (result) ledger_.commit(change);
      return result;
    });
    die_at(FaultKind::crash_after_commit);
    return done;
  }

 private:
  /// Some disks more than others.
  void take_time(const Fault& slow) {
    injector_.count(FaultKind::store_slow);
    clock_.advance(Duration{1 + to_unix_ms(slow.at) % kSlowestCommit.count()});
  }

  void die_at(FaultKind kind) {
    if (const Fault* crash = injector_.take(kind)) throw Crash{*crash};
  }

  /// Does it, and dies before or after it where a fault of this kind is due.
  template <class Act>
  std::invoke_result_t<Act> dying(FaultKind kind, Act&& act) {
    const Fault* crash = injector_.take(kind);
    const bool is_done = crash && to_unix_ms(crash->at) % 2 == 0;
    if (crash && !is_done) throw Crash{*crash};
    auto result = act();
    if (crash) throw Crash{*crash};
    return result;
  }

  /// Does it, and dies where its writes reach the one at which that is due. No exception may pass through SQLite: to it
  /// the disk fails.
  template <class Act>
  std::invoke_result_t<Act> dying_within(Act&& act) {
    if (const Fault* due = injector_.take(FaultKind::crash_in_commit)) {
      crash_within_ = due;
      disk_.die_at(1 + static_cast<uint64_t>(to_unix_ms(due->at) % kWritesUntilCrash));
    }
    auto result = act();
    if (disk_.has_died()) throw Crash{*crash_within_};
    return result;
  }

  /// So many are those of some commits, or of one after which the log is copied into the database.
  static constexpr int64_t kWritesUntilCrash = 300;

  std::unique_ptr<Store> store_;
  SimDisk& disk_;
  SimClock& clock_;
  Injector& injector_;
  Ledger& ledger_;
  Archive& archive_;
  const Fault* crash_within_ = nullptr;  // the last that was due
};

}  // namespace tocsin::sim
