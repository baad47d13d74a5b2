#include "notifiers/webhook.h"

#include <fmt/format.h>

#include "agent/base/hash.h"
#include "notifiers/http_verdict.h"
#include "notifiers/json.h"

namespace tocsin {
namespace {

constexpr std::string_view kNotEnded = "0001-01-01T00:00:00Z";

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
  Json json = Json::object();
  for (const auto& [name, value] : incident.annotations) {
    json[name] = value;
  }
  return json;
}

Json alert_json(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  const bool resolved = is_resolved(notification);
  return {
      {"status", resolved ? "resolved" : "firing"},
      {"labels", alert_labels(incident)},
      {"annotations", annotations_json(incident)},
      {"startsAt", format_rfc3339(incident.opened_at)},
      {"endsAt", resolved ? format_rfc3339(incident.resolved_at.value_or(notification.at)) : std::string(kNotEnded)},
      {"generatorURL", incident.query_url},
      {"fingerprint", fingerprint(incident)}};
}

/// What Alertmanager's body has no place for; receivers ignore keys that they do not know.
Json tocsin_json(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  return {{"id", incident.id},
          {"kind", kind_text(notification.kind)},
          {"state", incident.state},
          {"severity", incident.severity},
          {"flaps", incident.flaps},
          {"url", incident.url},
          {"value", number_json(incident.value)}};
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
  const Json alert = alert_json(notification);
  const Json body{{"version", "4"},
                  {"groupKey", group_key(notification.incident)},
                  {"truncatedAlerts", 0},
                  {"status", alert["status"]},
                  {"receiver", name_},
                  {"groupLabels", {{"alertname", notification.incident.rule}}},
                  {"commonLabels", alert["labels"]},
                  {"commonAnnotations", alert["annotations"]},
                  {"externalURL", notification.external_url},
                  {"alerts", Json::array({alert})},
                  {"tocsin", tocsin_json(notification)}};
  return HttpRequest{.settings = settings_.http, .body = json_text(body)};
}

Verdict WebhookNotifier::judge(const Notification& /*notification*/, const Response& response) const {
  return http_verdict(response, redactor_);
}

}  // namespace tocsin
