// evaluate: Rule + Answer + state -> what fires and what has ended. Pure but for the state it is given.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/mostly_empty.h"
#include "agent/evaluate/series_step.h"
#include "notifiers/notification.h"

namespace tocsin {

/// Every series of one rule that is pending or open; the inactive ones are not kept.
struct RuleState {
  using BySeries = std::unordered_map<Labels, SeriesState, LabelsHash, LabelsEqual>;
  MostlyEmpty<BySeries> series;
};

/// The key and label of the incident that says that a rule's answer is empty.
inline constexpr std::string_view kNoDataLabel = "no_data";

/// Why an incident ended, as its resolve_reason says it.
inline constexpr std::string_view kRecovered = "recovered";
inline constexpr std::string_view kSeriesGone = "series gone";

/// One incident key with at least one open series.
struct Firing {
  Labels key;
  std::size_t grade = 0;               // index of the worst open grade
  Labels worst;                        // labels of the worst series, from which annotations are rendered
  double value = 0;                    // of that series; NaN for no data
  Labels labels;                       // those that all its open series share
  Timestamp since;                     // the earliest first breach
  std::vector<SeriesSnapshot> series;  // at most limits::kIncidentSeriesMax, worst first
  std::size_t series_count = 0;
};

/// A key that had open series before this tick and has none now.
struct Cleared {
  Labels key;
  std::string reason;  // kRecovered or kSeriesGone
  Labels series;       // the last one to end
  double value = 0;    // its last value
};

struct Evaluation {
  std::vector<Firing> firing;    // in the order of keys
  std::vector<Cleared> cleared;  // in the order of keys
  std::vector<Labels> changed;   // series whose state differs from before and must be written
  std::size_t pending_series = 0;
  std::size_t firing_series = 0;
};

/// One tick of one rule. REQUIRES: the answer has no two samples with the same labels.
Evaluation evaluate(const Rule& rule, RuleState& state, const Answer& answer, Timestamp at);

/// Whether evaluate() does anything with a series of this value. Of most it has only to know that they are there.
bool concerns(const Rule& rule, const RuleState& state, const LabelPairs& series, double value);

/// Index of the worst grade that is open; nullopt where none is.
std::optional<std::size_t> open_grade(const SeriesState& series);

/// The labels that make one incident of a series.
Labels incident_key(const Rule& rule, const Labels& series);

}  // namespace tocsin
