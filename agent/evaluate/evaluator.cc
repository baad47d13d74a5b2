#include "agent/evaluate/evaluator.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "agent/base/limits.h"

namespace tocsin {
namespace {

bool is_no_data(const Labels& labels) {
  return labels.size() == 1 && labels.has(kNoDataLabel);
}

Timestamp first_breach(const SeriesState& series) {
  Timestamp first = Timestamp::max();
  for (const GradeState& grade : series.grades) {
    if (grade.phase != Phase::inactive) first = std::min(first, grade.since);
  }
  return first;
}

/// One open series while keys are being folded.
struct OpenSeries {
  const Labels* labels;
  double value;
  std::size_t grade;
  Timestamp since;
};

/// The order in which series of one incident are shown: worse grade, then further into the breach, then by name.
bool worse_first(const Rule& rule, const OpenSeries& a, const OpenSeries& b) {
  if (a.grade != b.grade) return a.grade > b.grade;
  const std::optional<Threshold>& threshold = rule.grades[a.grade].threshold;
  const Threshold direction = threshold.value_or(Threshold{});
  if (direction.worse(a.value, b.value)) return true;
  if (direction.worse(b.value, a.value)) return false;
  return *a.labels < *b.labels;
}

Firing fold(const Rule& rule, const Labels& key, std::vector<OpenSeries>& open) {
  std::ranges::sort(open, [&rule](const OpenSeries& a, const OpenSeries& b) { return worse_first(rule, a, b); });
  Firing firing{.key = key,
                .grade = open.front().grade,
                .worst = *open.front().labels,
                .value = open.front().value,
                .labels = {},
                .since = std::ranges::min(open, {}, &OpenSeries::since).since,
                .series = {},
                .series_count = open.size()};
  std::vector<const Labels*> label_sets;
  for (const OpenSeries& one : open) {
    label_sets.push_back(one.labels);
    if (firing.series.size() < limits::kIncidentSeriesMax) firing.series.push_back({*one.labels, one.value, one.since});
  }
  firing.labels = shared_labels(label_sets);
  return firing;
}

/// One pass of a rule over an answer.
class Tick {
 public:
  Tick(const Rule& rule, RuleState::BySeries& series, Timestamp at) : rule_(rule), series_(series), at_(at) {}

  void observe(const Labels& labels, double value) {
    const auto found = series_.find(labels);
    if (found != series_.end()) {
      seen_.push_back(&found->first);
      move(found->first, found->second, [&](SeriesState& series) { step(rule_, series, {false, value}, at_); });
      return;
    }
    // Most series of a quiet system end here: nothing is allocated for one that does not breach.
    if (!rule_.grades.front().breached_by(value)) return;
    const auto added = series_.emplace(labels, inactive_series(rule_)).first;
    seen_.push_back(&added->first);
    move(added->first, added->second, [&](SeriesState& series) { step(rule_, series, {false, value}, at_); });
  }

  void observe_no_data(bool answer_empty) {
    const Labels labels{{std::string(kNoDataLabel), "true"}};
    auto found = series_.find(labels);
    if (found == series_.end()) {
      if (!answer_empty || !rule_.no_data_opens) return;
      found = series_.emplace(labels, inactive_series(rule_)).first;
      found->second.value = std::numeric_limits<double>::quiet_NaN();
    }
    seen_.push_back(&found->first);
    const bool breach = answer_empty && rule_.no_data_opens;
    move(found->first, found->second, [&](SeriesState& series) { step_no_data(rule_, series, breach, at_); });
  }

  void observe_absent() {
    if (seen_.size() == series_.size()) return;
    std::ranges::sort(seen_);
    for (auto& [labels, series] : series_) {
      if (!std::ranges::binary_search(seen_, &labels)) {
        move(labels, series, [&](SeriesState& moved) { step(rule_, moved, {true, 0}, at_); });
      }
    }
  }

  Evaluation finish() {
    std::map<Labels, std::vector<OpenSeries>> open;
    std::erase_if(series_, [](const auto& entry) { return entry.second.inactive(); });
    for (const auto& [labels, series] : series_) {
      if (const auto grade = open_grade(series)) {
        open[incident_key(rule_, labels)].push_back({&labels, series.value, *grade, first_breach(series)});
        ++evaluation_.firing_series;
      } else {
        ++evaluation_.pending_series;
      }
    }
    for (auto& [key, series] : open) evaluation_.firing.push_back(fold(rule_, key, series));
    for (auto& [key, cleared] : ended_) {
      if (!open.contains(key)) evaluation_.cleared.push_back(std::move(cleared));
    }
    return std::move(evaluation_);
  }

 private:
  template <class Step>
  void move(const Labels& labels, SeriesState& series, Step&& apply) {
    grades_before_ = series.grades;
    const bool absent_before = series.absent_since.has_value();
    const bool was_open = open_grade(series).has_value();
    apply(series);
    if (grades_before_ != series.grades || absent_before != series.absent_since.has_value()) {
      evaluation_.changed.push_back(labels);
    }
    if (was_open && !open_grade(series)) {
      const bool vanished = series.absent_since.has_value() && rule_.grades.front().threshold.has_value();
      Labels key = incident_key(rule_, labels);
      ended_[key] = {key, std::string(vanished ? kSeriesGone : kRecovered), labels, series.value};
    }
  }

  const Rule& rule_;
  RuleState::BySeries& series_;
  Timestamp at_;
  std::vector<const Labels*> seen_;        // each once
  std::vector<GradeState> grades_before_;  // of the series at work
  std::map<Labels, Cleared> ended_;
  Evaluation evaluation_;
};

}  // namespace

std::optional<std::size_t> open_grade(const SeriesState& series) {
  for (std::size_t index = series.grades.size(); index-- > 0;) {
    if (series.grades[index].phase == Phase::open) return index;
  }
  return std::nullopt;
}

Labels incident_key(const Rule& rule, const Labels& series) {
  if (!rule.incident_by || is_no_data(series)) return series;
  Labels key;
  for (const std::string& name : *rule.incident_by) key.set(name, series.get(name));
  return key;
}

bool concerns(const Rule& rule, const RuleState& state, const LabelPairs& series, double value) {
  return rule.grades.front().breached_by(value) || state.series->contains(series);
}

Evaluation evaluate(const Rule& rule, RuleState& state, const Answer& answer, Timestamp at) {
  return state.series.change([&](RuleState::BySeries& series) {
    Tick tick(rule, series, at);
    for (const Sample& sample : answer.samples) tick.observe(sample.labels, sample.value);
    tick.observe_no_data(answer.empty());
    tick.observe_absent();
    return tick.finish();
  });
}

}  // namespace tocsin
