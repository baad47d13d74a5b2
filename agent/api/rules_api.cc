#include "agent/api/rules_api.h"

#include "agent/api/incident_json.h"
#include "agent/api/reply.h"
#include "agent/base/time.h"

namespace tocsin {
namespace {

std::string_view rule_state(const RuleStatus& status) {
  if (status.firing_series > 0) return "firing";
  return status.pending_series > 0 ? "pending" : "inactive";
}

std::string_view rule_health(const RuleStatus& status) {
  if (!status.last_error->empty()) return "err";
  return status.last_evaluation ? "ok" : "unknown";
}

/// {"SEV3":"> 0.01","SEV1":"> 0.05"}; null where every series returned breaches.
Json thresholds_json(const Rule& rule) {
  Json json = Json::object();
  for (const Grade& grade : rule.grades) {
    json[std::string(severity_text(grade.severity))] = grade.threshold ? Json(grade.threshold->text()) : Json(nullptr);
  }
  return json;
}

Json rule_json(const RuleStatus& status) {
  const Rule& rule = *status.rule;
  Json json;
  json["name"] = rule.name;
  json["query"] = rule.query;
  json["state"] = rule_state(status);
  json["health"] = rule_health(status);
  json["severity"] = severity_text(rule.worst_severity());
  json["thresholds"] = thresholds_json(rule);
  json["recover"] = rule.recover ? Json(rule.recover->text()) : Json(nullptr);
  json["for"] = format_duration(rule.for_duration);
  json["recover_for"] = format_duration(rule.recover_for);
  json["missing"] = format_duration(rule.missing);
  json["dedup_window"] = format_duration(rule.dedup_window);
  json["interval"] = format_duration(rule.interval);
  json["pending_series"] = status.pending_series;
  json["firing_series"] = status.firing_series;
  json["last_evaluation"] = time_json(status.last_evaluation);
  json["last_error"] = *status.last_error;
  json["duration_seconds"] = in_seconds(status.last_duration);
  json["evaluations"] = status.evaluations;
  json["failures"] = status.failures;
  json["missed"] = status.missed;
  return json;
}

ApiReply make_page(ApiContext& context) {
  const Result<std::shared_ptr<const ReadModel>> model = context.read();
  if (!model) return failure(model.error());
  // Written rule by rule: the page of 10,000 rules is a few megabytes of text, but would be many as one JSON document.
  std::string data = R"({"rules":[)";
  for (const RuleStatus& status : (*model)->rules) {
    if (&status != &(*model)->rules.front()) data += ',';
    data += json_text(rule_json(status));
  }
  return success_text(data + "]}");
}

}  // namespace

ApiReply list_rules(ApiContext& context, const ApiCall& /*call*/) {
  return context.rules_page.get([&context] { return make_page(context); });
}

}  // namespace tocsin
