// life: the whole life of one series as two lines of text, tick by tick.
//   life(rule, "1 12 13 _ ! 4") -> ". p O O O r"
// Input: a number is the value, `_` an answer without the series, `!` a failed query, `N` NaN.
// Output: `.` inactive, `p` pending, `r` open and recovering; open: `O`, or in a graded rule the digit of its severity.
#pragma once

#include <cmath>
#include <sstream>
#include <string>

#include "agent/evaluate/evaluator.h"

namespace tocsin {

inline char state_letter(const Rule& rule, const RuleState& state, const Labels& labels) {
  const auto found = state.series->find(labels);
  if (found == state.series->end()) return '.';
  const SeriesState& series = found->second;
  for (std::size_t grade = series.grades.size(); grade-- > 0;) {
    const GradeState& one = series.grades[grade];
    if (one.phase != Phase::open) continue;
    if (one.recovering_since) return 'r';
    return rule.grades.size() > 1 ? static_cast<char>('0' + static_cast<int>(rule.grades[grade].severity)) : 'O';
  }
  return 'p';
}

inline std::string life(const Rule& rule, const std::string& ticks) {
  const Labels labels{{"instance", "a"}};
  RuleState state;
  Timestamp at = from_unix_ms(1'000'000'000'000);
  std::istringstream words(ticks);
  std::string states;
  for (std::string word; words >> word; at += rule.interval) {
    Answer answer;
    if (word == "N") answer.samples.push_back({labels, std::nan("")});
    if (word != "_" && word != "!" && word != "N") answer.samples.push_back({labels, std::stod(word)});
    if (word != "!") evaluate(rule, state, answer, at);
    states += (states.empty() ? "" : " ") + std::string(1, state_letter(rule, state, labels));
  }
  return states;
}

/// "> 10" every 15 s, SEV2, for 0s; tests set what they are about.
inline Rule rule_above_ten() {
  Rule rule;
  rule.name = "High";
  rule.query = "x";
  rule.grades = {{Severity::sev2, *parse_threshold("> 10")}};
  rule.missing = 45s;
  return rule;
}

}  // namespace tocsin
