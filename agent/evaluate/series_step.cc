#include "agent/evaluate/series_step.h"

#include <algorithm>

namespace tocsin {
namespace {

/// What a tick means for one grade.
struct Evidence {
  bool breach = false;
  bool recovered = false;
};

void step_grade(const Rule& rule, GradeState& grade, Evidence evidence, Timestamp at) {
  if (grade.phase == Phase::open) {
    if (!evidence.recovered) {
      grade.recovering_since.reset();
      return;
    }
    if (!grade.recovering_since) grade.recovering_since = at;
    if (at - *grade.recovering_since >= rule.recover_for) grade = {};
    return;
  }
  if (!evidence.breach) {
    grade = {};
    return;
  }
  if (grade.phase == Phase::inactive) grade = {.phase = Phase::pending, .since = at, .recovering_since = {}};
  if (at - grade.since >= rule.for_duration) grade.phase = Phase::open;
}

/// Hysteresis belongs to the mildest grade: it is the one that ends the incident.
Evidence evidence_of(const Rule& rule, std::size_t grade, double value) {
  const bool breach = rule.grades[grade].breached_by(value);
  const bool recovered = grade == 0 && rule.recover ? rule.recover->satisfied_by(value) : !breach;
  return {.breach = breach, .recovered = recovered};
}

/// A wall clock set back must not leave timers that wait for a future already seen.
void clamp_to(SeriesState& series, Timestamp at) {
  for (GradeState& grade : series.grades) {
    grade.since = std::min(grade.since, at);
    if (grade.recovering_since) grade.recovering_since = std::min(*grade.recovering_since, at);
  }
  if (series.absent_since) series.absent_since = std::min(*series.absent_since, at);
}

}  // namespace

SeriesState inactive_series(const Rule& rule) {
  SeriesState series;
  series.grades.resize(rule.grades.size());
  return series;
}

bool gone(const Rule& rule, const SeriesState& series, Timestamp at) {
  return series.absent_since && at - *series.absent_since + rule.interval >= rule.missing;
}

void step(const Rule& rule, SeriesState& series, const Observation& observation, Timestamp at) {
  clamp_to(series, at);
  if (observation.absent) {
    if (!series.absent_since) series.absent_since = at;
    if (!gone(rule, series, at)) return;
    for (GradeState& grade : series.grades) step_grade(rule, grade, {.breach = false, .recovered = true}, at);
    return;
  }
  series.absent_since.reset();
  series.value = observation.value;
  for (std::size_t index = 0; index < series.grades.size(); ++index) {
    step_grade(rule, series.grades[index], evidence_of(rule, index, observation.value), at);
  }
}

void set_forward(SeriesState& series, Duration by) {
  for (GradeState& grade : series.grades) {
    grade.since += by;
    if (grade.recovering_since) *grade.recovering_since += by;
  }
  if (series.absent_since) *series.absent_since += by;
}

void step_no_data(const Rule& rule, SeriesState& series, bool answer_empty, Timestamp at) {
  clamp_to(series, at);
  for (GradeState& grade : series.grades) {
    step_grade(rule, grade, {.breach = answer_empty, .recovered = !answer_empty}, at);
  }
}

}  // namespace tocsin
