// Ledger: what has been committed, kept apart from the store that it was committed to, so that what is told can be held
// against it. It outlives the agents.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/store.h"
#include "tests/simulation/sim_clock.h"

namespace tocsin::sim {

/// A notifier and what it knows an incident by: INC-7, or at the pager the dedup key.
using Conversed = std::pair<std::string, std::string>;

/// An incident has begun or ended.
struct Turn {
  IncidentId id = 0;
  bool begins = false;
  bool by_evidence = false;  // it ends, and neither by hand nor by a reload
  Timestamp at;              // in real time, where the clock was not set meanwhile
  Timestamp on_disk;         // likewise
};

/// For how long a word has waited since it was on disk.
struct Waited {
  Duration awake;          // while the machine was, and an agent ran
  Duration real;           // by the clock of the world
  Duration in_hand;        // before, while the disk refused
  bool restarted = false;  // by several agents, which know to some seconds since when
};

class Ledger {
 public:
  explicit Ledger(const SimClock& clock) : clock_(clock) {}

  void commit(const Change& change);
  /// What was committed and is not over has to be among what the next agent loads.
  void loaded(const Stored& stored);
  /// Whether the disk says that this notifier is being told of this incident, by a row and a state of the incident that
  /// `matches`.
  using Matches = std::function<bool(const Delivery&, const Incident&)>;
  bool being_told(const Conversed& of, const Matches& matches) const;
  /// The agent has stopped as asked to, in a world without faults: what it had sent has been answered, and is on disk.
  void agent_stopped();
  /// The agent is gone: nobody knows of what was being told whether it arrived.
  void agent_died();
  /// Nothing ran for so long.
  void agent_was_away(Duration length);
  /// Somebody was told of what the disk would not take. Where the agent dies before the disk takes it, nobody is left
  /// who knows, and the next incident gets its name.
  void told_unrecorded(const Conversed& of);
  void add_doubt(const Conversed& of) { ++doubts_[of]; }

  /// When the first agent whose start is on disk began, by its clock; nullopt: there was none. The commit comes later.
  std::optional<Timestamp> began() const { return began_; }
  const std::map<IncidentId, Incident>& incidents() const { return incidents_; }
  const std::vector<Turn>& turns() const { return turns_; }
  /// When it was committed first, in real time.
  Timestamp appeared(IncidentId id) const { return appeared_.at(id); }
  /// When it became what it is, likewise.
  Timestamp changed(IncidentId id) const { return changed_.at(id); }
  /// Since when it waits, in real time.
  Timestamp waits_since(const Delivery& delivery) const { return waits_.at(delivery.id).since; }
  /// Until when it waited, or the last time that it was committed.
  Timestamp waits_until(const Delivery& delivery) const { return waits_since(delivery) + waited(delivery).real; }
  /// When it ended.
  Waited waited(const Delivery& delivery) const { return waits_.at(delivery.id).waited; }
  /// When it was tried the last time but for the first; nullopt: it was tried once at most.
  std::optional<Waited> tried(const Delivery& delivery) const { return waits_.at(delivery.id).tried; }
  const std::map<Conversed, uint64_t>& doubts() const { return doubts_; }
  const std::set<Conversed>& orphans() const { return orphans_; }
  /// What no commit may hold, whatever else happens.
  const std::vector<std::string>& offences() const { return offences_; }
  /// The most rows that waited in one conversation.
  std::size_t longest() const { return longest_; }

 private:
  struct Wait {
    Timestamp since;
    Instant since_awake;
    Duration in_hand;
    bool restarted = false;
    Waited waited{};
    std::optional<Waited> tried{};
  };

  Conversed conversed(const Delivery& delivery) const;
  void note_abandoned(const Delivery& delivery);
  void clock(const Delivery& delivery);
  void measure(const Delivery& delivery);
  void keep(const Incident& incident);
  void note_turns(const Change& change);
  void check_alone(const Incident& incident);

  const SimClock& clock_;
  std::optional<Timestamp> loaded_at_;  // the last time
  std::optional<Timestamp> began_;
  std::map<IncidentId, Incident> incidents_;
  std::vector<Turn> turns_;
  std::map<IncidentId, Timestamp> appeared_;
  std::map<IncidentId, Timestamp> changed_;
  std::map<int64_t, Delivery> waiting_;
  std::map<int64_t, Wait> waits_;
  std::set<int64_t> left_over_;  // under way when an agent died, and not taken up again yet
  std::map<Conversed, uint64_t> doubts_;
  std::set<Conversed> unrecorded_;
  std::set<Conversed> orphans_;
  std::vector<std::string> offences_;
  std::size_t longest_ = 0;
};

}  // namespace tocsin::sim
