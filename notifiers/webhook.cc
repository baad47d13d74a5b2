#include "notifiers/webhook.h"

#include <fmt/format.h>

#include "agent/base/hash.h"
#include "notifiers/http_verdict.h"
#include "notifiers/json.h"

namespace tocsin {
namespace {

const std::string kNotEnded = "0001-01-01T00:00:00Z";

/// Stable over the incident's life: its labels may change, its dedup key does not.
std::string fingerprint(const IncidentSnapshot& incident) {
  const std::string key = incident.dedup_key.empty() ? incident.id : incident.dedup_key;
  return fmt::format("{:016x}", fnv1a(key));
}

bool is_resolved(const Notification& notification) {
  return notification.kind == NotificationKind::past || notification.incident.state == "resolved";
}

Json alert_labels(const IncidentSnapshot& incident) {
  Labels labels = incident.labels;
  labels.set("alertname", incident.rule);
  labels.set("severity", incident.severity);
  return labels_json(labels);
}

Json annotations_json(const IncidentSnapshot& incident) {
  Json json = object_for(incident.annotations.size());
  for (const auto& [name, value] : incident.annotations) {
    json[name] = value;
  }
  return json;
}

Json alert_json(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  const bool resolved = is_resolved(notification);
  Json alert = object_for(7);
  alert["status"] = resolved ? "resolved" : "firing";
  alert["labels"] = alert_labels(incident);
  alert["annotations"] = annotations_json(incident);
  alert["startsAt"] = format_rfc3339(incident.opened_at);
  alert["endsAt"] = resolved ? format_rfc3339(incident.resolved_at.value_or(notification.at)) : kNotEnded;
  alert["generatorURL"] = incident.query_url;
  alert["fingerprint"] = fingerprint(incident);
  return alert;
}

/// What Alertmanager's body has no place for; receivers ignore keys that they do not know.
Json tocsin_json(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  Json json = object_for(7);
  json["id"] = incident.id;
  json["kind"] = kind_text(notification.kind);
  json["state"] = incident.state;
  json["severity"] = incident.severity;
  json["flaps"] = incident.flaps;
  json["url"] = incident.url;
  json["value"] = number_json(incident.value);
  return json;
}

/// Opaque to receivers. One per dedup key, so that two incidents of one rule are never taken for one group.
std::string group_key(const IncidentSnapshot& incident) {
  return fmt::format("{{}}/{{fingerprint=\"{}\"}}:{}", fingerprint(incident),
                     Labels{{"alertname", incident.rule}}.text());
}

}  // namespace

WebhookNotifier::WebhookNotifier(std::string name, WebhookSettings settings)
    : name_(std::move(name)), settings_(std::move(settings)), redactor_(settings_.http) {}

bool WebhookNotifier::wants(NotificationKind kind) const {
  return kind != NotificationKind::acknowledge && kind != NotificationKind::deescalate;
}

Outgoing WebhookNotifier::build(const Notification& notification) const {
  Json alert = alert_json(notification);
  Json body = object_for(11);
  body["version"] = "4";
  body["groupKey"] = group_key(notification.incident);
  body["truncatedAlerts"] = 0;
  body["status"] = alert["status"];
  body["receiver"] = name_;
  body["groupLabels"]["alertname"] = notification.incident.rule;
  body["commonLabels"] = alert["labels"];
  body["commonAnnotations"] = alert["annotations"];
  body["externalURL"] = notification.external_url;
  body["alerts"].push_back(std::move(alert));
  body["tocsin"] = tocsin_json(notification);
  return HttpRequest{.settings = settings_.http, .body = json_text(body)};
}

Verdict WebhookNotifier::judge(const Notification& /*notification*/, const Response& response) const {
  return http_verdict(response, redactor_);
}

}  // namespace tocsin
