#include "agent/config/rule_draft.h"

#include <fmt/format.h>

#include "agent/base/text.h"

namespace tocsin {
namespace {

void read_query(Table& table, RuleDraft& draft) {
  const auto query = table.string("query");
  if (!query) return;
  if (query->value.find_first_not_of(" \t\r\n") == std::string::npos) {
    return table.fault("query", "it is empty; write a PromQL expression");
  }
  draft.query = query;
  draft.query_text = table.file().inside(query->place, 1, 1);
}

/// A rule's own threshold, single or graded, replaces that of [defaults] whole.
void read_thresholds(Table& table, RuleDraft& draft) {
  const bool single = table.has("threshold"), graded = table.has("thresholds");
  if (single) draft.thresholds.reset();
  if (graded) draft.threshold.reset();
  if (graded) draft.severity.reset();
  table.parsed("threshold", draft.threshold, parse_threshold);
  read_graded_thresholds(table, draft);
  draft.has_threshold = draft.has_threshold || single || graded;
  if (single && graded) table.fault("thresholds", "there is a `threshold` too; keep one of them");
  table.parsed("severity", draft.severity, severity_named);
  if (table.has("severity") && draft.thresholds && !single) {
    table.fault("severity", "`thresholds` already name the severities; remove it");
  }
  table.parsed("recover", draft.recover, parse_threshold);
}

void read_incident_by(Table& table, RuleDraft& draft) {
  if (!table.has("incident_by")) return;
  std::vector<std::string> names;
  for (const Located<std::string>& name : table.strings("incident_by")) {
    if (name.value.empty() || name.value == "__name__") {
      table.fault_at(
          name.place, "incident_by",
          fmt::format("{} is no label of an incident; write names of labels of the series", quote(name.value)));
    }
    names.push_back(name.value);
  }
  draft.incident_by = std::move(names);
}

void read_rule_notify(Table& table, const std::vector<std::string>& notifier_names, RuleDraft& draft) {
  const auto names = read_notify(table, "notify", notifier_names);
  if (!table.has("notify")) return;
  if (table.strings("notify").empty()) {
    table.fault("notify", "it is empty; name notifiers, or leave it out to use the routes");
  }
  draft.notify = names;
}

}  // namespace

Result<Severity> severity_named(std::string_view text) {
  if (const auto severity = parse_severity(text)) return *severity;
  return fail(fmt::format(
      "{} is no severity; write SEV1, SEV2, SEV3 or SEV4 (or critical, high, medium, low, P0 to P3)", quote(text)));
}

void read_rule_keys(Table& table, const RuleFileContext& context, RuleDraft& draft) {
  read_query(table, draft);
  read_thresholds(table, draft);
  table.duration("for", draft.for_duration);
  table.duration("recover_for", draft.recover_for);
  table.duration("interval", draft.interval, 100ms);
  table.duration("dedup_window", draft.dedup_window);
  table.duration("missing", draft.missing);
  table.choice<bool>("no_data", draft.no_data_opens, {{"ok", false}, {"open", true}});
  table.boolean("allow_partial", draft.allow_partial);
  table.integer("max_incidents", draft.max_incidents, 1, 1'000'000);
  table.boolean("enabled", draft.enabled);
  read_incident_by(table, draft);
  read_rule_notify(table, context.notifier_names, draft);
  read_templates(table, context.templates, draft);
}

}  // namespace tocsin
