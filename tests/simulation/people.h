// People: those who acknowledge, resolve, note and reload while everything else happens, several at once among them.
// They come by the production inbox, but wait for their answers in the time of the simulation, not in threads.
#pragma once

#include <future>
#include <string>
#include <vector>

#include "agent/engine/inbox.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/ledger.h"

namespace tocsin::sim {

/// What somebody was told is done.
struct Deed {
  IncidentId incident = 0;
  std::string type;  // of the timeline's entry
  std::string by;
};

class People {
 public:
  People(const SimClock& clock, Injector& injector, const Ledger& ledger, uint64_t seed)
      : clock_(clock), injector_(injector), ledger_(ledger), seed_(seed) {}

  /// Puts what is due into the inbox.
  void come(Inbox& inbox);
  /// Takes the answers that are there. Once the agent is gone, those that it owes never come.
  void listen();

  const std::vector<Deed>& deeds() const { return deeds_; }
  const std::vector<IncidentId>& resolved_by_hand() const { return resolved_by_hand_; }
  uint64_t reloads() const { return reloads_; }

 private:
  struct Waiting {
    Deed deed;
    std::future<Result<void>> answer;
  };
  bool watches();
  void act(Inbox& inbox, Action::Kind kind);
  IncidentId some_incident() const;

  const SimClock& clock_;
  Injector& injector_;
  const Ledger& ledger_;
  uint64_t seed_;
  uint64_t visits_ = 0;
  Timestamp watched_at_;
  uint64_t reloads_ = 0;
  std::vector<Waiting> waiting_;
  std::vector<Deed> deeds_;
  std::vector<IncidentId> resolved_by_hand_;
};

}  // namespace tocsin::sim
