// People: those who acknowledge, resolve, note and reload while everything else happens. Each comes by the production
// inbox, from a thread of its own, as the HTTP port's do; the agent's next turn finds what they want.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "agent/engine/inbox.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/sim_transport.h"

namespace tocsin::sim {

/// What somebody was told is done.
struct Deed {
  IncidentId incident = 0;
  std::string type;  // of the timeline's entry
  std::string by;
};

class People {
 public:
  People(Injector& injector, const Ledger& ledger, SimTransport& transport, uint64_t seed)
      : injector_(injector), ledger_(ledger), transport_(transport), seed_(seed) {}

  /// Puts what is due into the inbox. Each who asks waits in `waiting` until the agent answers, or is gone.
  void come(Inbox& inbox, std::vector<std::jthread>& waiting);
  /// Once nobody waits any more.
  const std::vector<Deed>& deeds() const { return deeds_; }
  const std::vector<IncidentId>& resolved_by_hand() const { return resolved_by_hand_; }
  uint64_t reloads() const { return reloads_; }

 private:
  void act(Inbox& inbox, Action::Kind kind, std::vector<std::jthread>& waiting);
  IncidentId some_incident() const;

  Injector& injector_;
  const Ledger& ledger_;
  SimTransport& transport_;
  uint64_t seed_;
  uint64_t visits_ = 0;
  uint64_t reloads_ = 0;
  std::vector<Deed> deeds_;  // written by whoever waits, one at a time
  std::vector<IncidentId> resolved_by_hand_;
};

}  // namespace tocsin::sim
