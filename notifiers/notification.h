// Notification: what one notifier should be told about one incident: a flat, rendered snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/time.h"

namespace tocsin {

/// Why somebody is told. One enum for the decision, the log field, the JSON field and the metric label.
enum class NotificationKind {
  open,        // opened, or open again after the window
  escalate,    // its severity rose
  deescalate,  // its severity fell
  acknowledge,
  resolve,
  reminder,  // still open, nobody acknowledged (repeat_interval)
  past,      // opened and resolved while tocsin was away: news of the past
  test,      // tocsin notify-test
};
std::string_view kind_text(NotificationKind kind);  // "open", ...
std::optional<NotificationKind> parse_kind(std::string_view text);

/// One breaching series of an incident.
struct SeriesSnapshot {
  Labels labels;
  double value = 0;
  Timestamp since;  // its first breach
};

struct IncidentSnapshot {
  std::string id;  // "INC-7"
  std::string rule;
  std::string state;                                             // open | acknowledged | resolved
  std::string severity;                                          // SEV1..SEV4
  std::string previous_severity;                                 // on escalate and deescalate, else empty
  Labels labels;                                                 // without rule, alertname and severity
  std::vector<std::pair<std::string, std::string>> annotations;  // rendered; summary, description, runbook_url, ...
  double value = 0;                                              // NaN for a no-data incident
  std::string threshold;                                         // "> 0.05", empty for a rule without one
  std::string dedup_key;
  Timestamp opened_at;
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;
  std::optional<Timestamp> resolved_at;
  std::string resolve_reason;
  int flaps = 0;
  std::vector<SeriesSnapshot> series;  // at most limits::kIncidentSeriesMax
  std::size_t series_count = 0;
  std::string url;        // of the incident at external_url, empty without one
  std::string query_url;  // the query's graph in Prometheus

  std::string_view annotation(std::string_view name) const;
};

/// Values a notifier wants to see again for the same incident: Slack's ts, the PagerDuty key, refused recipients.
using Remembered = std::map<std::string, std::string>;

struct Notification {
  int64_t delivery = 0;  // its outbox row: the same over retries and restarts, different for each notification
  NotificationKind kind = NotificationKind::open;
  Timestamp at;   // when it happened
  Timestamp now;  // when this try is made
  IncidentSnapshot incident;
  std::string external_url;
  Remembered remembered;
  /// A digest: the incidents told with this one notification, worst first; empty for an ordinary one.
  std::vector<IncidentSnapshot> digest;

  /// What is remembered under `name`; "" where nothing is.
  std::string recall(const std::string& name) const;
};

}  // namespace tocsin
