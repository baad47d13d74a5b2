// step: moves one series by one tick. The whole alerting state machine is here; it is pure and is the only path, for
// live ticks, for ticks read again after an outage and for `tocsin once`.
#pragma once

#include "agent/evaluate/series_state.h"
#include "agent/poll/answer.h"
#include "rules/rule.h"

namespace tocsin {

/// What a good answer says about one series at one tick.
struct Observation {
  bool absent = false;  // the answer has it not
  double value = 0;     // meaningless when absent
};

/// The state of a series of which nothing is known yet.
SeriesState inactive_series(const Rule& rule);

/// A series pending, open or inactive at `at`:
/// - pending since its first breach; open once a breaching tick finds it pending for `for`; reset by a tick on which it
///   is there and does not breach;
/// - an open one recovers while its value does not breach (with `recover`: while it satisfies that) and is inactive
/// again
///   after `recover_for` of unbroken recovery;
/// - absent for less than `missing` it keeps its state; from then on it counts as not breaching and as recovered.
///   Absence is counted in good answers, one interval each: time in which nothing was asked is not absence.
void step(const Rule& rule, SeriesState& series, const Observation& observation, Timestamp at);

/// The series that stands for "no data at all" (`no_data = "open"`): it breaches while the answer is empty.
void step_no_data(const Rule& rule, SeriesState& series, bool answer_empty, Timestamp at);

/// The clock was set forward by so much, or back where it is less than none: what has lasted has lasted no longer for
/// it.
void set_forward(SeriesState& series, Duration by);

/// Whether an absent series counts as gone at `at`.
bool gone(const Rule& rule, const SeriesState& series, Timestamp at);

}  // namespace tocsin
