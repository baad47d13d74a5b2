// RuleDraft: the keys of a [[rule]] as they were read, over those of the file's [defaults], before they are checked
// against each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/read_rules.h"
#include "rules/rule.h"

namespace tocsin {

struct RuleDraft {
  Place place;  // of [[rule]]
  std::optional<Located<std::string>> name;
  std::optional<Located<std::string>> query;
  Place query_text;  // of the query's first character
  std::optional<Located<Threshold>> threshold;
  std::optional<Located<std::vector<Grade>>> thresholds;  // mildest first
  bool has_threshold = false;                             // one of both is there, faulty or not
  std::optional<Located<Threshold>> recover;
  std::optional<Located<Severity>> severity;
  Duration for_duration{0};
  std::optional<Located<Duration>> recover_for;
  std::optional<Located<Duration>> missing;
  Duration interval{0};
  Duration dedup_window{0};
  bool no_data_opens = false;
  bool allow_partial = false;
  int max_incidents = static_cast<int>(Rule{}.max_incidents);
  bool enabled = true;
  std::optional<std::vector<std::string>> incident_by;
  std::vector<std::string> notify;
  Rule::NamedTemplates labels;
  Rule::NamedTemplates annotations;
};

/// Reads every key of a rule but its name into `draft`; what is not there keeps the value that it had.
void read_rule_keys(Table& table, const RuleFileContext& context, RuleDraft& draft);

/// Reads the tables `labels` and `annotations`; a name that is in `out` already takes the new template.
void read_templates(Table& table, ParsedTemplates& parsed, RuleDraft& draft);

/// Reads `thresholds`: severity -> threshold.
void read_graded_thresholds(Table& table, RuleDraft& draft);

Result<Severity> severity_named(std::string_view text);

/// Checks the draft's keys against each other and makes the rule of it; the result counts only if no fault was added.
Rule build_rule(const RuleDraft& draft, FaultList& faults);

}  // namespace tocsin
