#include "tests/simulation/oracle.h"

#include <algorithm>
#include <optional>
#include <set>

namespace tocsin::sim {
namespace {

/// By the contract NaN satisfies nothing, also no `!=`: it is neither less nor more nor the same.
bool satisfies(double value, const Threshold& threshold) {
  const bool less = value < threshold.bound;
  const bool more = value > threshold.bound;
  const bool same = value == threshold.bound;
  switch (threshold.comparison) {
    case Comparison::greater:
      return more;
    case Comparison::greater_equal:
      return more || same;
    case Comparison::less:
      return less;
    case Comparison::less_equal:
      return less || same;
    case Comparison::equal:
      return same;
    case Comparison::not_equal:
      return less || more;
  }
  return false;
}

/// What one tick said of one series; no value: the answer did not have it.
struct Observed {
  Timestamp at;
  std::optional<double> value;
};

using Observations = std::vector<Observed>;  // one for each tick

/// One series under one grade of a rule.
class SeriesHistory {
 public:
  SeriesHistory(const Rule& rule, std::size_t grade, const Observations& history)
      : rule_(rule), grade_(grade), history_(history) {}

  /// Whether the series is open at this grade after each tick.
  std::vector<bool> open() const {
    std::vector<bool> open(history_.size());
    for (std::size_t tick = 0; tick < history_.size(); ++tick) {
      const bool before = tick > 0 && open[tick - 1];
      open[tick] = before ? !has_recovered(tick, open) : has_lasted(tick);
    }
    return open;
  }

 private:
  bool present(std::size_t tick) const { return history_[tick].value.has_value(); }
  bool breaches(std::size_t tick) const {
    return present(tick) && is_breach(rule_.grades[grade_], *history_[tick].value);
  }
  Duration between(std::size_t first, std::size_t last) const { return history_[last].at - history_[first].at; }
  /// Absent, and for so long that `missing` is over.
  bool gone(std::size_t tick) const {
    if (present(tick)) return false;
    std::size_t first = tick;
    while (first > 0 && !present(first - 1)) --first;
    return between(first, tick) + rule_.interval >= rule_.missing;
  }
  bool recovering(std::size_t tick) const {
    if (!present(tick)) return gone(tick);
    return grade_ == 0 ? is_good(rule_, *history_[tick].value) : !breaches(tick);
  }
  /// A breach now, and one `for` ago with nothing between that speaks against it.
  bool has_lasted(std::size_t tick) const {
    if (!breaches(tick)) return false;
    std::size_t first = tick;
    for (std::size_t at = tick + 1; at-- > 0;) {
      if (breaches(at)) first = at;
      if ((present(at) && !breaches(at)) || gone(at)) break;
    }
    return between(first, tick) >= rule_.for_duration;
  }
  /// Recovering now, since `recover_for` ago, with nothing between that speaks against it.
  bool has_recovered(std::size_t tick, const std::vector<bool>& open) const {
    if (!recovering(tick)) return false;
    std::size_t first = tick;
    for (std::size_t at = tick + 1; at-- > 0;) {
      if (recovering(at)) first = at;
      if (present(at) && !recovering(at)) break;
      if (at > 0 && !open[at - 1]) break;  // the tick that opened it cannot be part of its recovery
    }
    return between(first, tick) >= rule_.recover_for;
  }

  const Rule& rule_;
  std::size_t grade_;
  const Observations& history_;
};

Observations observe(const Rule& rule, const Story& story, const Labels& series, const std::vector<Tick>& ticks) {
  Observations history;
  history.reserve(ticks.size());
  for (const Tick& tick : ticks) {
    history.push_back({tick.at, tick.nothing ? std::nullopt : story.value(rule.query, series, tick.at)});
  }
  return history;
}

/// As a series of its own, which is 1 where the answer is empty and 0 where it is not.
Observations observe_emptiness(const std::vector<Observations>& all, const std::vector<Tick>& ticks) {
  Observations history;
  for (std::size_t tick = 0; tick < ticks.size(); ++tick) {
    const bool empty = std::ranges::none_of(all, [tick](const auto& one) { return one[tick].value.has_value(); });
    history.push_back({ticks[tick].at, empty ? 1 : 0});
  }
  return history;
}

/// It breaches at the worst severity, and recovers once there is anything.
Rule no_data_rule(Rule rule) {
  rule.grades = {{rule.worst_severity(), Threshold{Comparison::greater, 0.5}}};
  rule.recover.reset();
  return rule;
}

/// After each tick the worst grade that is open: 0 none, 1 the mildest.
using Grades = std::vector<std::size_t>;

void add_grades(const Rule& rule, const Observations& history, Grades& worst) {
  worst.resize(history.size());
  for (std::size_t grade = 0; grade < rule.grades.size(); ++grade) {
    const std::vector<bool> open = SeriesHistory(rule, grade, history).open();
    for (std::size_t tick = 0; tick < history.size(); ++tick) {
      if (open[tick]) worst[tick] = std::max(worst[tick], grade + 1);
    }
  }
}

std::vector<Episode> episodes(const Grades& worst, const std::vector<Tick>& ticks) {
  std::vector<Episode> list;
  bool open = false;
  for (std::size_t tick = 0; tick < ticks.size(); ++tick) {
    const bool now = worst[tick] > 0;
    if (now && !open) list.push_back({ticks[tick].at, Timestamp::max()});
    if (!now && open) list.back().to = ticks[tick].at;
    open = now;
  }
  return list;
}

void add_key(const Rule& rule, const Labels& key, const Grades& worst, const std::vector<Tick>& ticks, Timestamp since,
             Expected& expected) {
  std::vector<Episode> list = episodes(worst, ticks);
  if (!list.empty()) expected.episodes[{rule.name, key}] = std::move(list);
  const auto first = std::ranges::lower_bound(ticks, since, {}, &Tick::at) - ticks.begin();
  const std::set<std::size_t> lately(worst.begin() + first, worst.end());
  if (lately.size() == 1 && *lately.begin() > 0)
    expected.severities[{rule.name, key}] = rule.grades[*lately.begin() - 1].severity;
}

const Labels kNoData{{"no_data", "true"}};

}  // namespace

bool is_breach(const Grade& grade, double value) {
  return !grade.threshold || satisfies(value, *grade.threshold);
}

bool is_good(const Rule& rule, double value) {
  return rule.recover ? satisfies(value, *rule.recover) : !is_breach(rule.grades.front(), value);
}

Labels key_of(const Rule& rule, const Labels& series) {
  if (!rule.incident_by) return series;
  Labels key;
  for (const std::string& name : *rule.incident_by) key.set(name, series.get(name));
  return key;
}

Glimpse glimpse(const Rule& rule, const Story& story, const Labels& key, const Tick& tick) {
  Glimpse seen;
  bool empty = true;
  const auto see = [&](double value) {
    if (is_breach(rule.grades.front(), value)) ++seen.breaching;
    for (const Grade& grade : rule.grades) {
      if (is_breach(grade, value)) seen.worst = std::min(seen.worst.value_or(grade.severity), grade.severity);
    }
  };
  for (const Labels& labels : story.series(rule.query)) {
    const auto value = tick.nothing ? std::nullopt : story.value(rule.query, labels, tick.at);
    if (value) empty = false;
    if (key_of(rule, labels) != key) continue;
    ++seen.series;
    if (value) see(*value);
  }
  if (key != kNoData) return seen;
  if (!empty || !rule.no_data_opens) return {.series = 1, .breaching = 0, .worst = std::nullopt};
  return {.series = 1, .breaching = 1, .worst = rule.worst_severity()};
}

void add_rule(const Rule& rule, const Story& story, const std::vector<Tick>& ticks, Timestamp since,
              Expected& expected) {
  std::map<Labels, Grades> by_key;
  std::vector<Observations> all;
  for (const Labels& labels : story.series(rule.query)) {
    all.push_back(observe(rule, story, labels, ticks));
    add_grades(rule, all.back(), by_key[key_of(rule, labels)]);
  }
  for (const auto& [key, worst] : by_key) add_key(rule, key, worst, ticks, since, expected);
  if (!rule.no_data_opens) return;
  const Rule no_data = no_data_rule(rule);
  Grades worst;
  add_grades(no_data, observe_emptiness(all, ticks), worst);
  add_key(no_data, kNoData, worst, ticks, since, expected);
}

}  // namespace tocsin::sim
