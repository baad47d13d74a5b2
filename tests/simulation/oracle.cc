#include "tests/simulation/oracle.h"

#include <optional>

namespace tocsin::sim {
namespace {

/// One series under one rule as a sequence of observations, one a tick.
class SeriesHistory {
 public:
  SeriesHistory(const Rule& rule, const Story& story, const Labels& labels, Timestamp first, Timestamp last)
      : rule_(rule) {
    for (Timestamp at = first; at <= last; at += rule.interval) values_.push_back(story.value(rule.query, labels, at));
  }

  /// Whether the series is open after each tick.
  std::vector<bool> open() const {
    std::vector<bool> open(values_.size());
    for (std::size_t tick = 0; tick < values_.size(); ++tick) {
      const bool before = tick > 0 && open[tick - 1];
      open[tick] = before ? !has_recovered(tick, open) : has_lasted(tick);
    }
    return open;
  }

 private:
  bool breaches(std::size_t tick) const {
    const std::optional<double>& value = values_[tick];
    return value && rule_.grades.front().breached_by(*value);
  }
  /// Absent, and for so many ticks in a row that `missing` is over.
  bool gone(std::size_t tick) const {
    int64_t absent = 0;
    while (absent <= static_cast<int64_t>(tick) && !values_[tick - static_cast<std::size_t>(absent)]) ++absent;
    return absent > 0 && rule_.interval * absent >= rule_.missing;
  }
  bool recovering(std::size_t tick) const {
    const std::optional<double>& value = values_[tick];
    if (!value) return gone(tick);
    return rule_.recover ? rule_.recover->satisfied_by(*value) : !breaches(tick);
  }
  /// A breach now, and one `for` ago with nothing between that speaks against it.
  bool has_lasted(std::size_t tick) const {
    if (!breaches(tick)) return false;
    std::size_t first = tick;
    for (std::size_t at = tick + 1; at-- > 0;) {
      if (breaches(at)) first = at;
      if ((values_[at] && !breaches(at)) || gone(at)) break;
    }
    return rule_.interval * static_cast<int64_t>(tick - first) >= rule_.for_duration;
  }
  /// Recovering now, since `recover_for` ago, with nothing between that speaks against it.
  bool has_recovered(std::size_t tick, const std::vector<bool>& open) const {
    if (!recovering(tick)) return false;
    std::size_t first = tick;
    for (std::size_t at = tick + 1; at-- > 0;) {
      if (recovering(at)) first = at;
      if (values_[at] && !recovering(at)) break;
      if (at > 0 && !open[at - 1]) break;  // the tick that opened it cannot be part of its recovery
    }
    return rule_.interval * static_cast<int64_t>(tick - first) >= rule_.recover_for;
  }

  const Rule& rule_;
  std::vector<std::optional<double>> values_;
};

Labels key_of(const Rule& rule, const Labels& series) {
  if (!rule.incident_by) return series;
  Labels key;
  for (const std::string& name : *rule.incident_by) key.set(name, series.get(name));
  return key;
}

}  // namespace

void add_episodes(const Rule& rule, const Story& story, Timestamp first, Timestamp last, Episodes& episodes) {
  std::map<Labels, std::vector<std::vector<bool>>> by_key;
  for (const Labels& labels : story.series(rule.query)) {
    by_key[key_of(rule, labels)].push_back(SeriesHistory(rule, story, labels, first, last).open());
  }
  for (const auto& [key, histories] : by_key) {
    std::vector<Episode>& list = episodes[{rule.name, key}];
    bool open = false;
    for (std::size_t tick = 0; tick < histories.front().size(); ++tick) {
      bool now = false;
      for (const std::vector<bool>& history : histories) now = now || history[tick];
      const Timestamp at = first + rule.interval * static_cast<int64_t>(tick);
      if (now && !open) list.push_back({at, Timestamp::max()});
      if (!now && open) list.back().to = at;
      open = now;
    }
    if (list.empty()) episodes.erase({rule.name, key});
  }
}

}  // namespace tocsin::sim
