#include <fmt/format.h>

#include "agent/config/rule_draft.h"

namespace tocsin {
namespace {

constexpr Duration kMissingDefault = 5min;

std::vector<Grade> grades_of(const RuleDraft& draft) {
  if (draft.thresholds) return draft.thresholds->value;
  Grade grade;
  if (draft.severity) grade.severity = draft.severity->value;
  if (draft.threshold) grade.threshold = draft.threshold->value;
  return {grade};
}

std::string_view called(const Rule& rule) {
  return rule.name.empty() ? "this rule" : std::string_view(rule.name);
}

/// A value that both breaches and recovers would open and resolve its incident at every tick.
void check_recover(const RuleDraft& draft, const Rule& rule, FaultList& faults) {
  if (!draft.recover) return;
  if (!draft.has_threshold) {
    faults.add(draft.recover->place,
               fmt::format("`recover`: {} has no threshold to recover from; add one or remove it", called(rule)));
    return;
  }
  const std::optional<Threshold>& mildest = rule.grades.front().threshold;
  if (!mildest || !overlap(*mildest, draft.recover->value)) return;
  faults.add(
      draft.recover->place,
      fmt::format("`recover`: \"{}\" contradicts the threshold \"{}\" of {}: some values satisfy both; write one "
                  "that no breaching value satisfies",
                  draft.recover->value.text(), mildest->text(), called(rule)));
}

/// `enough` says what besides "0s" would be right.
void check_span(std::string_view key, const std::optional<Located<Duration>>& span, const Rule& rule,
                std::string_view enough, FaultList& faults) {
  if (!span || span->value == 0ms || span->value >= rule.interval) return;
  const std::string interval = format_duration(rule.interval);
  faults.warn(span->place,
              fmt::format("`{}`: {} has no effect of its own, being shorter than the interval of {} ({}), as "
                          "nothing happens between two evaluations; write \"0s\", or {} \"{}\"",
                          key, format_duration(span->value), called(rule), interval, enough, interval));
}

}  // namespace

Rule build_rule(const RuleDraft& draft, FaultList& faults) {
  Rule rule;
  if (draft.name) rule.name = draft.name->value;
  if (draft.query) rule.query = draft.query->value;
  rule.grades = grades_of(draft);
  if (draft.recover) rule.recover = draft.recover->value;
  rule.for_duration = draft.for_duration;
  rule.recover_for = draft.recover_for ? draft.recover_for->value : 0ms;
  rule.interval = draft.interval;
  rule.dedup_window = draft.dedup_window;
  rule.missing = draft.missing ? draft.missing->value : draft.has_threshold ? kMissingDefault : 0ms;
  rule.no_data_opens = draft.no_data_opens;
  rule.allow_partial = draft.allow_partial;
  rule.max_incidents = static_cast<std::size_t>(draft.max_incidents);
  rule.incident_by = draft.incident_by;
  rule.notify = draft.notify;
  rule.labels = draft.labels;
  rule.annotations = draft.annotations;
  check_recover(draft, rule, faults);
  check_span("recover_for", draft.recover_for, rule, "at least", faults);
  // A series is missing for one interval when its absence is first seen, so that only more than that keeps its state.
  check_span("missing", draft.missing, rule, "more than", faults);
  return rule;
}

}  // namespace tocsin
