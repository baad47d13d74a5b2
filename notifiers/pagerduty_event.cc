#include "notifiers/pagerduty_event.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>

#include "agent/base/hash.h"
#include "agent/base/text.h"
#include "notifiers/links.h"
#include "notifiers/text.h"
#include "notifiers/wording.h"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryMax = 1024;
constexpr std::size_t kFieldMax = 255;          // source, component, group, class
constexpr std::size_t kDetailMax = 100'000;     // of one custom detail, and
constexpr std::size_t kDetailShortMax = 1'000;  // where the whole is too large

std::string_view pagerduty_severity(const Notification& notification) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMap{
      {{"SEV1", "critical"}, {"SEV2", "error"}, {"SEV3", "warning"}}};
  for (const auto& [ours, theirs] : kMap) {
    if (notification.incident.severity == ours && notification.kind != NotificationKind::test) {
      return theirs;
    }
  }
  return "info";
}

/// The first of these labels that the incident has.
std::string first_label(const IncidentSnapshot& incident, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string value = short_line(incident.labels.get(name), kFieldMax); !value.empty()) {
      return value;
    }
  }
  return {};
}

Json details(const IncidentSnapshot& incident, std::size_t text_max) {
  Json labels = Json::object();
  for (const auto& [name, value] : incident.labels) {
    labels[short_line(name, kFieldMax)] = truncate(clean_lines(value), text_max);
  }
  Json annotations = Json::object();
  for (const auto& [name, value] : incident.annotations) {
    annotations[short_line(name, kFieldMax)] = truncate(clean_lines(value), text_max);
  }
  Json json{{"incident", short_line(incident.id, kFieldMax)},
            {"value", value_words(incident.value)},
            {"threshold", short_line(incident.threshold, kFieldMax)},
            {"flaps", incident.flaps},
            {"series_count", incident.series_count},
            {"labels", std::move(labels)},
            {"annotations", std::move(annotations)}};
  if (std::vector<std::string> series = series_lines(incident); !series.empty()) {
    json["series"] = std::move(series);
  }
  return json;
}

Json payload(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  const std::string_view mark = notification.kind == NotificationKind::test ? "[TEST] " : "";
  const std::string source = first_label(incident, {"instance", "host", "hostname", "node", "pod"});
  const std::string rule = short_line(incident.rule, kFieldMax);
  Json json{
      {"summary",
       truncate(fmt::format("{}{}: {}", mark, incident_title(incident), summary(incident, kSummaryMax)), kSummaryMax)},
      {"source", !source.empty() ? source
                 : !rule.empty() ? rule
                                 : "tocsin"},
      {"severity", pagerduty_severity(notification)},
      {"timestamp", format_rfc3339(incident.opened_at)}};
  if (const std::string component = first_label(incident, {"service", "component", "job"}); !component.empty()) {
    json["component"] = component;
  }
  if (const std::string group = first_label(incident, {"cluster", "namespace", "environment", "env"}); !group.empty()) {
    json["group"] = group;
  }
  if (!rule.empty()) {
    json["class"] = rule;
  }
  return json;
}

void add_links(Json& event, const IncidentSnapshot& incident) {
  Json links = Json::array();
  for (const Link& link : links_of(incident)) {
    if (link.clickable) {
      links.push_back({{"href", link.url}, {"text", link.text}});
    }
    if (link.clickable && link.text == "Incident") {
      event["client_url"] = link.url;
    }
  }
  if (!links.empty()) {
    event["links"] = std::move(links);
  }
}

}  // namespace

std::string pagerduty_key(const IncidentSnapshot& incident) {
  const std::string& key = incident.dedup_key.empty() ? incident.id : incident.dedup_key;
  std::string text = valid_utf8(key);
  if (!text.empty() && text.size() <= kPagerDutyKeyBytesMax && text == key) {
    return text;
  }
  const std::string hash = fmt::format("#{:016x}", fnv1a(key));
  return std::string(truncate_bytes(text, kPagerDutyKeyBytesMax - hash.size())) + hash;
}

std::string pagerduty_trigger(const Notification& notification, const std::string& routing_key,
                              const std::string& key) {
  Json event{{"routing_key", routing_key},
             {"event_action", "trigger"},
             {"dedup_key", key},
             {"client", "tocsin"},
             {"payload", payload(notification)}};
  add_links(event, notification.incident);
  for (const std::size_t text_max : {kDetailMax, kDetailShortMax}) {
    event["payload"]["custom_details"] = details(notification.incident, text_max);
    if (std::string text = json_text(event); text.size() <= kPagerDutyBodyBytesMax) {
      return text;
    }
  }
  event["payload"]["custom_details"] = {{"incident", short_line(notification.incident.id, kFieldMax)},
                                        {"value", value_words(notification.incident.value)},
                                        {"note", "labels and annotations are too large for one event"}};
  return json_text(event);
}

std::string pagerduty_follow_up(std::string_view action, const std::string& routing_key, const std::string& key) {
  return json_text({{"routing_key", routing_key}, {"event_action", action}, {"dedup_key", key}});
}

}  // namespace tocsin
