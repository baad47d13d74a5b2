#include "notifiers/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/base/text.h"
#include "notifiers/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kLabelsShownMax = 64;
constexpr std::size_t kLabelLineMax = 200;
constexpr std::size_t kSeriesLineMax = 300;
constexpr std::size_t kNameMax = 100;  // of rules, people and reasons

std::string counted(int64_t count, std::string_view unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

std::string open_for(const IncidentSnapshot& incident, Timestamp until) {
  return duration_words(until - incident.opened_at);
}

std::string resolution(const IncidentSnapshot& incident, Timestamp fallback) {
  const std::string reason = short_line(incident.resolve_reason, kNameMax);
  return fmt::format("resolved after {}{}", open_for(incident, incident.resolved_at.value_or(fallback)),
                     reason.empty() ? "" : fmt::format(" ({})", reason));
}

std::string acknowledgment(const IncidentSnapshot& incident) {
  const std::string by = short_line(incident.acknowledged_by, kNameMax);
  return by.empty() ? "acknowledged" : "acknowledged by " + by;
}

std::string severity_words(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  return incident.previous_severity.empty() ? incident.severity
                                            : fmt::format("{} (was {})", incident.severity, incident.previous_severity);
}

std::string digest_line(const IncidentSnapshot& incident) {
  return fmt::format("{} {} {}: {}", short_line(incident.id, kNameMax), rule_and_labels(incident, kNameMax),
                     present_state(incident), summary(incident, kNameMax));
}

}  // namespace

std::string duration_words(Duration duration) {
  struct Unit {
    std::string_view name;
    int64_t seconds;
  };
  constexpr std::array<Unit, 4> kUnits{{{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}}};
  int64_t rest = std::max<int64_t>(0, std::chrono::floor<std::chrono::seconds>(duration).count());
  std::string words;
  int shown = 0;
  for (const Unit& unit : kUnits) {
    const int64_t count = rest / unit.seconds;
    rest %= unit.seconds;
    if (count > 0 && shown < 2) {
      words += (words.empty() ? "" : " ") + counted(count, unit.name);
    }
    shown += (count > 0 || shown > 0) ? 1 : 0;  // "1 day 5 seconds" would read as if it were exact
  }
  return words.empty() ? "0 seconds" : words;
}

std::string time_words(Timestamp at) {
  std::string text = format_rfc3339(at).substr(0, 19);
  if (text.size() > 10) {
    text[10] = ' ';
  }
  return text + " UTC";
}

std::string value_words(double value) {
  if (std::isnan(value)) {
    return "no data";
  }
  const bool whole = std::abs(value) < 1e15 && std::trunc(value) == value;
  return whole               ? fmt::format("{:.0f}", value + 0.0)
         : std::isinf(value) ? format_number(value)
                             : fmt::format("{:.6g}", value);
}

std::string evidence(const IncidentSnapshot& incident) {
  const std::string value = value_words(incident.value);
  const std::string threshold = short_line(incident.threshold, kNameMax);
  return threshold.empty() || std::isnan(incident.value) ? value : fmt::format("{} {}", value, threshold);
}

std::string summary(const IncidentSnapshot& incident, std::size_t code_points_max) {
  for (const std::string_view name : {"summary", "description"}) {
    std::string text = short_line(incident.annotation(name), code_points_max);
    if (!text.empty()) {
      return text;
    }
  }
  return truncate(evidence(incident), code_points_max);
}

std::string labels_text(const Labels& labels, std::size_t code_points_max) {
  const std::size_t bytes_max = 4 * code_points_max;
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    if (text.size() > bytes_max) {
      break;
    }
    text += fmt::format("{}{}={}", text.size() > 1 ? ", " : "", truncate_bytes(name, bytes_max),
                        quote(truncate_bytes(value, bytes_max)));
  }
  return short_line(text + "}", code_points_max);
}

std::string rule_and_labels(const IncidentSnapshot& incident, std::size_t code_points_max) {
  const std::string rule = short_line(incident.rule, code_points_max);
  const std::string labels = incident.labels.empty() ? "" : labels_text(incident.labels, code_points_max);
  return truncate(rule + labels, code_points_max);
}

std::string what_happened(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  switch (notification.kind) {
    case NotificationKind::open:
      return incident.flaps > 0 ? "open again" : "open";
    case NotificationKind::escalate:
      return fmt::format("raised from {} to {}", incident.previous_severity, incident.severity);
    case NotificationKind::deescalate:
      return fmt::format("lowered from {} to {}", incident.previous_severity, incident.severity);
    case NotificationKind::acknowledge:
      return acknowledgment(incident);
    case NotificationKind::resolve:
      return resolution(incident, notification.at);
    case NotificationKind::reminder:
      return "still open after " + open_for(incident, notification.now);
    case NotificationKind::past:
      return fmt::format("was open for {} while tocsin was away",
                         open_for(incident, incident.resolved_at.value_or(notification.at)));
    case NotificationKind::test:
      return "this is a test notification, nothing is wrong";
  }
  return {};
}

std::string present_state(const IncidentSnapshot& incident) {
  if (incident.state == "resolved") {
    return resolution(incident, incident.opened_at);
  }
  return incident.state == "acknowledged" ? acknowledgment(incident) : "open";
}

std::string incident_title(const IncidentSnapshot& incident) {
  return fmt::format("{} {}", short_line(incident.id, kNameMax), short_line(incident.rule, kNameMax));
}

std::string headline(const Notification& notification) {
  const std::string_view mark = notification.kind == NotificationKind::test ? "TEST " : "";
  return fmt::format("{}{} {}: {}", mark, short_line(notification.incident.severity, kNameMax),
                     incident_title(notification.incident), what_happened(notification));
}

std::string_view color_of(const IncidentSnapshot& incident) {
  if (incident.state == "resolved") {
    return "#2E7D32";
  }
  if (incident.state == "acknowledged") {
    return "#546E7A";
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kBySeverity{
      {{"SEV1", "#C62828"}, {"SEV2", "#D84315"}, {"SEV3", "#B26A00"}}};
  for (const auto& [severity, color] : kBySeverity) {
    if (incident.severity == severity) {
      return color;
    }
  }
  return "#1565C0";
}

std::vector<Fact> facts(const Notification& notification) {
  const IncidentSnapshot& incident = notification.incident;
  std::vector<Fact> facts{{"Value", evidence(incident)},
                          {"Severity", severity_words(notification)},
                          {"State", present_state(incident)},
                          {"Opened", time_words(incident.opened_at)}};
  if (incident.acknowledged_at) {
    facts.emplace_back("Acknowledged", time_words(*incident.acknowledged_at));
  }
  if (incident.resolved_at) {
    facts.emplace_back("Resolved", time_words(*incident.resolved_at));
  }
  if (incident.flaps > 0) {
    facts.emplace_back("Flaps", std::to_string(incident.flaps));
  }
  if (incident.series_count > 1) {
    facts.emplace_back("Series", std::to_string(incident.series_count));
  }
  return facts;
}

std::vector<std::string> label_lines(const IncidentSnapshot& incident) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : incident.labels) {
    if (lines.size() == kLabelsShownMax) {
      lines.push_back(fmt::format("... and {} more", incident.labels.size() - lines.size()));
      break;
    }
    lines.push_back(short_line(
        fmt::format("{}=\"{}\"", short_line(name, kLabelLineMax), short_line(value, kLabelLineMax)), kLabelLineMax));
  }
  return lines;
}

std::vector<std::string> series_lines(const IncidentSnapshot& incident) {
  std::vector<std::string> lines;
  if (incident.series_count < 2) {
    return lines;
  }
  for (const SeriesSnapshot& series : incident.series) {
    lines.push_back(fmt::format("{} {} since {}", labels_text(series.labels, kSeriesLineMax), value_words(series.value),
                                time_words(series.since)));
  }
  if (incident.series_count > lines.size()) {
    lines.push_back(fmt::format("... and {} more", incident.series_count - lines.size()));
  }
  return lines;
}

std::vector<DigestGroup> digest_groups(const std::vector<IncidentSnapshot>& digest) {
  std::vector<DigestGroup> groups;
  for (const IncidentSnapshot& incident : digest) {
    auto group = std::ranges::find(groups, incident.severity, &DigestGroup::severity);
    if (group == groups.end()) {
      group = groups.insert(groups.end(), DigestGroup{.severity = incident.severity, .lines = {}});
    }
    group->lines.push_back(digest_line(incident));
  }
  return groups;
}

std::string digest_headline(const std::vector<IncidentSnapshot>& digest) {
  std::string text = counted(static_cast<int64_t>(digest.size()), "incident") + ":";
  std::string_view separator = " ";
  for (const DigestGroup& group : digest_groups(digest)) {
    text += fmt::format("{}{} {}", separator, group.lines.size(), short_line(group.severity, kNameMax));
    separator = ", ";
  }
  return text;
}

}  // namespace tocsin
