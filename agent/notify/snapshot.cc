#include "agent/notify/snapshot.h"

#include <string_view>
#include <utility>

namespace tocsin {
namespace {

/// What the delivery says where the incident has moved on since.
void say_as_of(const Delivery& delivery, IncidentSnapshot& shown) {
  const bool says_over = delivery.kind == NotificationKind::resolve || delivery.kind == NotificationKind::past;
  if (says_over && !shown.resolved_at) {
    shown.state = state_text(IncidentState::resolved);
    shown.resolved_at = delivery.at;
  } else if (!says_over && shown.resolved_at) {
    shown.state = state_text(IncidentState::open);
    shown.resolved_at.reset();
    shown.resolve_reason.clear();
  }
}

}  // namespace

void mark_unrecorded(IncidentSnapshot& incident) {
  // In front, because long summaries are cut at the end.
  constexpr std::string_view kMark = "[not recorded] ";
  for (auto& [name, text] : incident.annotations) {
    if (name != "summary" || text.empty()) continue;
    text.insert(0, kMark);
    return;
  }
  const std::string_view description = incident.annotation("description");
  std::string summary(kMark);
  summary += description.empty() ? incident.rule : description;
  std::erase_if(incident.annotations, [](const auto& annotation) { return annotation.first == "summary"; });
  incident.annotations.emplace_back("summary", std::move(summary));
}

IncidentSnapshot snapshot(const Incident& incident, const Delivery& delivery, const Links& links) {
  IncidentSnapshot shown;
  shown.id = incident_name(incident.id);
  shown.rule = incident.rule;
  shown.state = state_text(incident.state);
  shown.severity = severity_text(incident.severity);
  if (delivery.previous_severity) shown.previous_severity = severity_text(*delivery.previous_severity);
  shown.labels = incident.labels;
  shown.annotations = incident.annotations;
  shown.value = incident.value;
  shown.threshold = incident.threshold;
  shown.dedup_key = incident.dedup_key;
  shown.opened_at = incident.opened_at;
  shown.acknowledged_at = incident.acknowledged_at;
  shown.acknowledged_by = incident.acknowledged_by;
  shown.resolved_at = incident.resolved_at;
  shown.resolve_reason = incident.resolve_reason;
  shown.flaps = incident.flaps;
  shown.series = incident.series;
  shown.series_count = incident.series_count;
  if (!links.external_url.empty()) shown.url = links.external_url + "/api/v1/incidents/" + shown.id;
  shown.query_url = links.query_url;
  say_as_of(delivery, shown);
  return shown;
}

}  // namespace tocsin
