// ReadModel: what /metrics, /api/v1/rules, /api/v1/status and /-/ready show, copied out of the engine in one piece.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/histogram.h"
#include "agent/base/mostly_empty.h"
#include "agent/base/time.h"
#include "notifiers/notification.h"
#include "rules/rule.h"

namespace tocsin {

/// [SEV1, SEV2, SEV3, SEV4]
using PerSeverity = std::array<uint32_t, 4>;

/// As small as it can be: there is one for each rule, of which there may be a hundred thousand.
struct RuleStatus {
  std::shared_ptr<const Rule> rule;
  uint32_t pending_series = 0;
  uint32_t firing_series = 0;
  std::optional<Timestamp> last_evaluation;  // the grid timestamp of the last answer, good or not
  MostlyEmpty<std::string> last_error;       // of the last evaluation; empty: it was good
  Duration last_duration{0};
  uint32_t evaluations = 0;
  uint32_t failures = 0;
  uint32_t missed = 0;
  uint32_t flaps = 0;
  PerSeverity opened{};
  PerSeverity resolved{};
};

enum class Outcome { delivered, retried, failed, collapsed };

struct NotifierStatus {
  std::string name;
  std::string type;                  // slack, pagerduty, email, webhook, console
  std::size_t depth = 0;             // waiting deliveries
  std::optional<Timestamp> oldest;   // since when one of them waits, by the present clock
  std::string last_error;            // of the last try; empty: it was accepted, or none was made
  std::optional<Timestamp> lost_at;  // the first given up since one was accepted
  std::map<std::pair<NotificationKind, Outcome>, uint64_t> outcomes;
  Histogram latency{{0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600}};  // seconds, state change to acceptance
};

struct ReadModel {
  Timestamp at;
  Timestamp started_at;
  std::string not_ready;  // empty: ready; else the reason
  std::string config_hash;
  bool last_reload_successful = true;
  Timestamp last_reload_success_at;
  std::vector<std::string> restart_needed;  // keys that differ from those tocsin runs with, as "[web] listen"
  bool prometheus_up = false;
  std::string prometheus_error;  // of the last failed query, empty while up
  std::string store_path;
  std::string store_error;        // empty: the last commit worked
  std::vector<RuleStatus> rules;  // of the configuration, then tocsin's own
  std::vector<NotifierStatus> notifiers;
  PerSeverity open{};
  PerSeverity acknowledged{};
  uint64_t unrouted = 0;  // incidents that no route matched when they opened
  Histogram query_duration{{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}};
  Histogram detection_delay{{0.1, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600}};
  Histogram commit_duration{{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5}};
  std::vector<Histogram> time_to_acknowledge;  // per severity, SEV1 first
  std::vector<Histogram> time_to_resolve;
};

}  // namespace tocsin
