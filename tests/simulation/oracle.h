// Oracle: which incidents a run must have, computed naively from the story and the rules' definitions, without any
// state that is carried from tick to tick and without the code under test.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/labels.h"
#include "rules/rule.h"
#include "tests/simulation/story.h"

namespace tocsin::sim {

/// When the incidents of one key were open. `to` is Timestamp::max() where one still is at the end.
struct Episode {
  Timestamp from;
  Timestamp to;
  friend bool operator==(const Episode&, const Episode&) = default;
};
using Episodes = std::map<std::pair<std::string, Labels>, std::vector<Episode>>;  // by rule and key

/// The severity that the incident of each key has, where it has been the same for a while.
using Severities = std::map<std::pair<std::string, Labels>, Severity>;

/// One tick of a rule that was observed.
struct Tick {
  Timestamp at;
  bool nothing = false;  // the answer was empty, whatever the story says
};

struct Expected {
  Episodes episodes;
  Severities severities;  // of those that have been open since `since` at one severity
};

/// Whether `value` is worth this grade.
bool is_breach(const Grade& grade, double value);
/// Whether it speaks for recovery.
bool is_good(const Rule& rule, double value);

/// What one tick says of the series of a key.
struct Glimpse {
  std::size_t series = 0;
  std::size_t breaching = 0;
  std::optional<Severity> worst;  // of what breaches
};
Glimpse glimpse(const Rule& rule, const Story& story, const Labels& key, const Tick& tick);

/// What makes it one incident.
Labels key_of(const Rule& rule, const Labels& series);

/// What `rule` adds, by what it was told at `ticks`.
void add_rule(const Rule& rule, const Story& story, const std::vector<Tick>& ticks, Timestamp since,
              Expected& expected);

}  // namespace tocsin::sim
