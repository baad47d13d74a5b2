#include "agent/api/incident_json.h"

#include <cmath>

#include "notifiers/json.h"

namespace tocsin {
namespace {

Json series_json(const std::vector<SeriesSnapshot>& series) {
  Json list = Json::array();
  for (const SeriesSnapshot& one : series) {
    Json json;
    json["labels"] = labels_json(one.labels);
    json["value"] = value_json(one.value);
    json["since"] = time_json(one.since);
    list.push_back(std::move(json));
  }
  return list;
}

Json timeline_json(const std::vector<TimelineEntry>& timeline) {
  Json list = Json::array();
  for (const TimelineEntry& entry : timeline) {
    Json json;
    json["at"] = time_json(entry.at);
    json["type"] = entry.type;
    json["text"] = entry.text;
    json["by"] = entry.by;
    list.push_back(std::move(json));
  }
  return list;
}

Json notifications_json(const std::vector<Delivery>& deliveries) {
  Json list = Json::array();
  for (const Delivery& delivery : deliveries) {
    Json json;
    json["notifier"] = delivery.notifier;
    json["kind"] = kind_text(delivery.kind);
    json["state"] = delivery_state_text(delivery.state);
    json["attempts"] = delivery.attempts;
    json["last_error"] = delivery.last_error;
    json["delivered_at"] = time_json(delivery.delivered_at);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

Json value_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return value;
}

Json time_json(std::optional<Timestamp> at) {
  return at ? Json(format_rfc3339(*at)) : Json(nullptr);
}

Json incident_json(const Incident& incident) {
  Json json;
  json["id"] = incident_name(incident.id);
  json["rule"] = incident.rule;
  json["state"] = state_text(incident.state);
  json["severity"] = severity_text(incident.severity);
  json["labels"] = labels_json(incident.labels);
  json["annotations"] = Json::object();
  for (const auto& [name, text] : incident.annotations) json["annotations"][name] = text;
  json["value"] = value_json(incident.value);
  json["dedup_key"] = incident.dedup_key;
  json["opened_at"] = time_json(incident.opened_at);
  json["acknowledged_at"] = time_json(incident.acknowledged_at);
  json["acknowledged_by"] = incident.acknowledged_by;
  json["resolved_at"] = time_json(incident.resolved_at);
  json["resolve_reason"] = incident.resolve_reason;
  json["flaps"] = incident.flaps;
  json["series"] = series_json(incident.series);
  json["series_count"] = incident.series_count;
  return json;
}

Json incident_json(const IncidentRecord& record) {
  Json json = incident_json(record.incident);
  json["timeline"] = timeline_json(record.timeline);
  json["notifications"] = notifications_json(record.deliveries);
  return json;
}

}  // namespace tocsin
