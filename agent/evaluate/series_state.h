// The state of one series under one rule: pending since, open since, recovering, absent. Pure data; step() moves it.
#pragma once

#include <optional>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/time.h"

namespace tocsin {

enum class Phase { inactive, pending, open };

/// A graded rule runs one of these per grade: each grade is held for `for` on its own.
struct GradeState {
  Phase phase = Phase::inactive;
  Timestamp since;                            // first breach of this run; meaningless while inactive
  std::optional<Timestamp> recovering_since;  // open only: first tick of the present recovery
  friend bool operator==(const GradeState&, const GradeState&) = default;
};

struct SeriesState {
  std::vector<GradeState> grades;         // as many as the rule has, mildest first
  std::optional<Timestamp> absent_since;  // first good answer without it
  double value = 0;                       // last seen
  bool inactive() const {
    for (const GradeState& grade : grades) {
      if (grade.phase != Phase::inactive) return false;
    }
    return true;
  }
};

/// A series state as the store keeps it.
struct SeriesRecord {
  std::string rule;
  Labels labels;      // of the series
  SeriesState state;  // all inactive: the record is deleted
};

/// How far a rule has been evaluated, written with every change that its ticks cause.
struct RuleRecord {
  std::string rule;
  std::optional<Timestamp> last_tick;  // the last grid timestamp that was applied, missed or refused
  bool behind = false;                 // ticks after it were missed while Prometheus did not answer
  friend bool operator==(const RuleRecord&, const RuleRecord&) = default;
};

}  // namespace tocsin
