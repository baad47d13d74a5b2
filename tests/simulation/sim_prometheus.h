// SimPrometheus: the Prometheus of the simulation. It tells the story, alone and joined, at a tick and over a range,
// and remembers which ticks it has refused to tell.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/http/transport.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/joined_text.h"
#include "tests/simulation/story.h"

namespace tocsin::sim {

class SimPrometheus {
 public:
  SimPrometheus(const SimClock& clock, const Story& story, Injector& injector, uint64_t seed);

  Response answer(const HttpRequest& request);

  /// What the agent had in hand, or had not written down, is lost: it may ask again for ticks that were refused a while
  /// ago, or have lost them. For such queries it is not clear what was observed.
  void agent_lost_memory();
  /// The machine sleeps. Of what comes due in a short sleep, or is asked late after it, something may count as missed.
  void agent_sleeps(Duration length, bool under_way);
  /// The first tick for which the query was asked; nullopt: it never was.
  std::optional<Timestamp> first_asked(const std::string& query) const { return history(query).first_asked; }
  /// The agent was told nothing good of the query at `tick`.
  bool refused(const std::string& query, Timestamp tick) const;
  bool unclear(const std::string& query) const { return history(query).unclear; }
  /// The agent was told that there is no series at `tick`, as it was asked of a time that is forgotten.
  bool told_nothing(const std::string& query, Timestamp tick) const;
  /// The agent was told what there is at `tick`; where it got no further, it asks for it again.
  bool told(const std::string& query, Timestamp tick) const;

 private:
  struct Question {
    std::vector<AskedQuery> asked;
    bool range = false;
    Timestamp start;
    Timestamp end;
    Duration step{1};
  };
  /// What the agent has got to know of one query.
  struct History {
    std::optional<Timestamp> first_asked;
    std::set<Timestamp> refused;
    std::set<Timestamp> nothing;        // told without any series
    std::set<Timestamp> good;           // told as they are in the story
    std::optional<Timestamp> told;      // the last tick
    std::optional<Timestamp> range;     // the first tick, where that was told in a range
    std::optional<Timestamp> asked_at;  // last
    std::optional<Instant> good_since;  // the first good answer after a refusal; no sleep counts
    bool unclear = false;
  };
  const History& history(const std::string& query) const;
  bool is_too_long(const Question& question) const;
  bool refuses(const Question& question);
  bool is_too_much(const Question& question);
  std::optional<Response> nonsense(const Question& question);
  bool is_refused(const std::string& query) const;
  void note_asked(const std::string& query, const Question& question);
  void note_lateness(const Question& question);
  void note_refusal(const Question& question);
  bool was_told(const std::string& query, Timestamp tick) const;
  bool is_forgotten(Timestamp tick) const;
  void note_told(const std::string& query, const Question& question);
  void note_presence(const Question& question);
  Response tell_time() const;
  Response tell(const Question& question);

  const SimClock& clock_;
  const Story& story_;
  Injector& injector_;
  uint64_t seed_;
  bool limits_ranges_;
  bool hangs_on_long_ranges_;  // else it refuses them
  bool knows_by_heart_;        // what it does not understand it answers with nothing, and without the mark
  std::map<std::string, History> histories_;  // by query
  Timestamp short_sleep_ended_;
};

}  // namespace tocsin::sim
