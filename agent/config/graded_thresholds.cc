#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "agent/config/rule_draft.h"

namespace tocsin {
namespace {

struct LocatedGrade {
  Severity severity;
  Threshold threshold;
  Place place;  // of the threshold
};

/// +1 where larger values are worse, -1 where smaller ones are, 0 where neither.
int direction(const Threshold& threshold) {
  switch (threshold.comparison) {
    case Comparison::greater:
    case Comparison::greater_equal:
      return 1;
    case Comparison::less:
    case Comparison::less_equal:
      return -1;
    default:
      return 0;
  }
}

std::string grade_text(const LocatedGrade& grade) {
  return fmt::format("{} \"{}\"", severity_text(grade.severity), grade.threshold.text());
}

std::vector<LocatedGrade> read_grades(Table& table) {
  std::vector<LocatedGrade> grades;
  for (const Table::Entry& entry : table.entries("thresholds")) {
    const auto severity = severity_named(entry.key.value);
    const auto threshold = parse_threshold(entry.value.value);
    if (!severity) table.fault_at(entry.key.place, "thresholds", severity.error().text);
    if (!threshold) table.fault_at(entry.value.place, "thresholds", threshold.error().text);
    if (severity && threshold) grades.push_back({*severity, *threshold, entry.value.place});
  }
  return grades;
}

/// What is wrong with `worse` standing next to the milder grade; empty where nothing is.
std::string contradiction(const LocatedGrade& milder, const LocatedGrade& worse) {
  if (milder.severity == worse.severity) {
    return fmt::format("{} is there twice; give each severity one threshold", severity_text(worse.severity));
  }
  if (direction(worse.threshold) == 0 || direction(worse.threshold) != direction(milder.threshold)) {
    return fmt::format("{} and {} do not point the same way; use > and >= for all of them, or < and <= for all of them",
                       grade_text(milder), grade_text(worse));
  }
  if (!implies(worse.threshold, milder.threshold) || implies(milder.threshold, worse.threshold)) {
    return fmt::format("{} and {} are in the wrong order; what breaches {} must also breach {}, and not the reverse",
                       grade_text(milder), grade_text(worse), severity_text(worse.severity),
                       severity_text(milder.severity));
  }
  return "";
}

}  // namespace

void read_graded_thresholds(Table& table, RuleDraft& draft) {
  if (!table.has("thresholds")) return;
  const std::size_t faults_before = table.faults().size();
  std::vector<LocatedGrade> grades = read_grades(table);
  const bool unread = table.faults().size() != faults_before;
  if (grades.empty() && !unread)
    table.fault("thresholds", "it is empty; write it like { SEV3 = \"> 0.01\", SEV1 = \"> 0.05\" }");
  std::ranges::sort(grades, {}, [](const LocatedGrade& grade) {
    return std::tuple(-static_cast<int>(grade.severity), grade.place.line, grade.place.column);
  });
  Located<std::vector<Grade>> mildest_first{{}, table.place_of("thresholds")};
  for (std::size_t i = 0; i < grades.size(); ++i) {
    const std::string wrong = i == 0 ? "" : contradiction(grades[i - 1], grades[i]);
    if (!wrong.empty()) table.fault_at(grades[i].place, "thresholds", wrong);
    mildest_first.value.push_back({grades[i].severity, grades[i].threshold});
  }
  // With nothing left the rule would look as if it had no thresholds at all, and more faults would follow from that.
  if (!grades.empty()) draft.thresholds = std::move(mildest_first);
}

}  // namespace tocsin
