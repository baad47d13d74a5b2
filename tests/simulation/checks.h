// checks: what must hold of the book and of what the receivers heard once a run is over.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/store/store_reader.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/people.h"
#include "tests/simulation/receivers.h"
#include "tests/simulation/sim_config.h"
#include "tests/simulation/sim_prometheus.h"

namespace tocsin::sim {

using Violations = std::vector<std::string>;

struct Ended {
  const Config& config;  // the last one
  const std::vector<Version>& versions;
  const Story& story;
  const SimPrometheus& prometheus;
  std::vector<IncidentRecord> book;  // by id
  Expected expected;
  std::set<std::string> unclear_rules;  // of which the story does not decide alone
  const std::vector<Timestamp>& steps;  // when the clock was set, in real time
  const std::vector<Heard>& heard;
  const std::map<Conversed, uint64_t>& doubts;  // crashes and tries whose outcome nobody could know
  const std::set<Conversed>& orphans;           // of agents that died while the disk refused
  std::map<Conversed, uint64_t> rejected;       // words that a receiver refused for good, or too long
  const std::vector<Deed>& deeds;
  const Ledger& ledger;
  const std::vector<Timestamp>& answers;  // of Prometheus
  const std::vector<Timestamp>& pings;    // of the heartbeat, in real time
  std::vector<Stall> stalls;              // of receivers
  const Plan& plan;
  const std::map<FaultKind, uint64_t>& injected;
  bool was_away = false;  // the agent, for whatever reason
  Timestamp calm;         // no fault has any effect from here on
  Timestamp end;
  Timestamp real_end;  // where nobody had set the clock back

  bool clock_was_set() const { return !steps.empty(); }
};

Violations check(const Ended& ended);

// The parts of it.
void check_book(const Ended& ended, Violations& violations);    // checks_book.cc
void check_sound(const Ended& ended, Violations& violations);   // checks_sound.cc
void check_told(const Ended& ended, Violations& violations);    // checks_told.cc
void check_prompt(const Ended& ended, Violations& violations);  // checks_prompt.cc
void check_limits(const Ended& ended, Violations& violations);  // checks_limits.cc
void check_own(const Ended& ended, Violations& violations);     // checks_own.cc

/// What happened this shortly before the end may still be under way to the receivers.
inline constexpr Duration kStillUnderWay = 12min;
bool may_be_under_way(const Ended& ended, const IncidentRecord& record);

/// Those that were in force at `at` or later; all, where a clock was set back, by which nobody can tell.
std::vector<const Config*> in_force_since(const Ended& ended, Timestamp at);

/// Adds when the incident was open, as its timeline has it.
void add_episodes(const IncidentRecord& record, std::vector<Episode>& episodes);
/// When the incidents of each key were open, as the book has it.
Episodes episodes_of(const std::vector<IncidentRecord>& book);
/// What a map counts, and 0 where it does not.
uint64_t count_of(const std::map<Conversed, uint64_t>& counts, const Conversed& of);
/// What the pager knows by its dedup key, and the others by its number.
Conversed conversed(const std::string& notifier, const Incident& incident);
/// Whether a series of the rule's query belongs to this key.
bool can_be_of(const Rule& rule, const Story& story, const Labels& key);
/// Further incidents of this rule do not open: the book cannot be what the story says.
bool has_limit(const Ended& ended, const std::string& rule);
bool says_over(const std::string& word);
/// Whether it was given up for its age.
bool is_too_old(const Delivery& delivery);

}  // namespace tocsin::sim
