// Incident: the thing people see. One record, from opening over flaps and changes of severity to resolution.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/labels.h"
#include "agent/base/time.h"
#include "notifiers/notification.h"
#include "rules/severity.h"

namespace tocsin {

using IncidentId = int64_t;  // shown as "INC-7"
std::string incident_name(IncidentId id);
std::optional<IncidentId> parse_incident_name(std::string_view text);

enum class IncidentState { open, acknowledged, resolved };
std::string_view state_text(IncidentState state);
std::optional<IncidentState> parse_state(std::string_view text);

/// What the outbox last made of an incident; the difference to the incident itself is what must be told.
struct Announced {
  IncidentState state = IncidentState::resolved;
  Severity severity = Severity::sev4;
  int flaps = 0;
  friend bool operator==(const Announced&, const Announced&) = default;
};

struct Incident {
  IncidentId id = 0;
  std::string rule;
  Labels key;             // the incident_by labels: with `rule` what makes it one incident
  std::string dedup_key;  // text of rule, key and the global labels at opening, and of the incident's number where the
                          // last one with this key was not told as resolved yet; stable for the incident's life
  IncidentState state = IncidentState::open;
  Severity severity = Severity::sev3;
  Labels labels;
  std::vector<std::pair<std::string, std::string>> annotations;  // as last rendered
  double value = std::numeric_limits<double>::quiet_NaN();       // of the worst series; NaN for no data
  std::string threshold;                                         // of the present severity
  Timestamp opened_at;
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;
  std::optional<Timestamp> resolved_at;
  Duration set_back{0};  // by how much the clock was since its resolution; not stored
  std::string resolve_reason;
  bool resolved_by_hand = false;
  int flaps = 0;
  std::vector<SeriesSnapshot> series;  // at most limits::kIncidentSeriesMax, worst first
  std::size_t series_count = 0;
  std::optional<Announced> announced;  // nullopt: nothing told yet

  bool resolved() const { return state == IncidentState::resolved; }
  /// By the clock as it stands now. REQUIRES: resolved().
  Timestamp ended() const { return resolved_at.value_or(Timestamp{}) - set_back; }
};

/// One line of an incident's timeline. `type` is one of: opened, reopened, resolved, severity, acknowledged, note,
/// notification. `by` is who did it; empty: tocsin.
struct TimelineEntry {
  IncidentId incident = 0;
  Timestamp at;
  std::string type;
  std::string text;
  std::string by;
};

}  // namespace tocsin
