#include "tests/simulation/oracle.h"

#include <algorithm>
#include <optional>
#include <set>

namespace tocsin::sim {
namespace {

/// What one tick said of one series; no value: the answer did not have it.
struct Observed {
  Timestamp at;
  std::optional<double> value;
};

/// One series under one grade of a rule as a sequence of observations, one for each tick that was observed.
class SeriesHistory {
 public:
  SeriesHistory(const Rule& rule, std::size_t grade, const Story& story, const Labels& labels,
                const std::vector<Tick>& ticks)
      : rule_(rule), grade_(grade) {
    for (const Tick& tick : ticks) {
      history_.push_back({tick.at, tick.nothing ? std::nullopt : story.value(rule.query, labels, tick.at)});
    }
  }

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
    return present(tick) && rule_.grades[grade_].breached_by(*history_[tick].value);
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
    return rule_.recover && grade_ == 0 ? rule_.recover->satisfied_by(*history_[tick].value) : !breaches(tick);
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
  std::vector<Observed> history_;
};

Labels key_of(const Rule& rule, const Labels& series) {
  if (!rule.incident_by) return series;
  Labels key;
  for (const std::string& name : *rule.incident_by) key.set(name, series.get(name));
  return key;
}

}  // namespace

void add_episodes(const Rule& rule, const Story& story, const std::vector<Tick>& ticks, Episodes& episodes) {
  std::map<Labels, std::vector<std::vector<bool>>> by_key;
  for (const Labels& labels : story.series(rule.query)) {
    by_key[key_of(rule, labels)].push_back(SeriesHistory(rule, 0, story, labels, ticks).open());
  }
  for (const auto& [key, histories] : by_key) {
    std::vector<Episode>& list = episodes[{rule.name, key}];
    bool open = false;
    for (std::size_t tick = 0; tick < ticks.size(); ++tick) {
      bool now = false;
      for (const std::vector<bool>& history : histories) now = now || history[tick];
      if (now && !open) list.push_back({ticks[tick].at, Timestamp::max()});
      if (!now && open) list.back().to = ticks[tick].at;
      open = now;
    }
    if (list.empty()) episodes.erase({rule.name, key});
  }
}

void add_severities(const Rule& rule, const Story& story, const std::vector<Tick>& ticks, Timestamp since,
                    Severities& severities) {
  std::map<Labels, std::vector<std::size_t>> grades_open;  // by key, after each tick: 0 none, 1 the mildest
  for (const Labels& labels : story.series(rule.query)) {
    std::vector<std::size_t>& worst = grades_open[key_of(rule, labels)];
    worst.resize(ticks.size());
    for (std::size_t grade = 0; grade < rule.grades.size(); ++grade) {
      const std::vector<bool> open = SeriesHistory(rule, grade, story, labels, ticks).open();
      for (std::size_t tick = 0; tick < ticks.size(); ++tick) {
        if (open[tick]) worst[tick] = std::max(worst[tick], grade + 1);
      }
    }
  }
  const auto first = std::ranges::lower_bound(ticks, since, {}, &Tick::at) - ticks.begin();
  for (const auto& [key, worst] : grades_open) {
    const std::set<std::size_t> lately(worst.begin() + first, worst.end());
    if (lately.size() == 1 && *lately.begin() > 0)
      severities[{rule.name, key}] = rule.grades[*lately.begin() - 1].severity;
  }
}

}  // namespace tocsin::sim
