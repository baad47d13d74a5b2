// Rule: one [[rule]], validated, with defaults applied and its templates parsed. Immutable once loaded and
// shared as shared_ptr<const Rule>.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/mostly_empty.h"
#include "agent/base/time.h"
#include "rules/severity.h"
#include "rules/template/template.h"
#include "rules/threshold.h"

namespace tocsin {

/// One step of a graded rule. Without a threshold every series returned breaches.
struct Grade {
  Severity severity = Severity::sev3;
  std::optional<Threshold> threshold;

  bool breached_by(double value) const { return !threshold || threshold->satisfied_by(value); }
  friend bool operator==(const Grade&, const Grade&) = default;
};

struct Rule {
  using NamedTemplates = std::vector<std::pair<std::string, Template>>;  // in the order of the file

  std::string name;
  std::string query;
  std::vector<Grade> grades;  // mildest first, never empty; one, unless `thresholds` was given
  std::optional<Threshold> recover;
  Duration for_duration{0};
  Duration recover_for{0};
  Duration interval{15'000};
  Duration dedup_window{300'000};
  Duration missing{300'000};                            // 0 for a rule without threshold unless given (contract 4)
  bool no_data_opens = false;                           // no_data = "open"
  bool allow_partial = false;                           // take an answer that says isPartial
  std::optional<std::vector<std::string>> incident_by;  // nullopt: all of the series' labels
  std::size_t max_incidents = 10'000;                   // active at the same time; beyond it no further one opens
  MostlyEmpty<std::vector<std::string>> notify;         // overrides routes where not empty
  MostlyEmpty<NamedTemplates> labels;
  NamedTemplates annotations;

  Severity worst_severity() const { return grades.back().severity; }

  friend bool operator==(const Rule&, const Rule&) = default;
};

}  // namespace tocsin
