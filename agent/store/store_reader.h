// StoreReader: how the HTTP API reads incidents: what is committed, over a read-only connection of its own.
#pragma once

#include <optional>
#include <vector>

#include "agent/base/result.h"
#include "agent/incident/incident.h"
#include "agent/outbox/delivery.h"

namespace tocsin {

struct IncidentFilter {
  bool active_only = false;  // state=active: not resolved
  std::optional<IncidentState> state{};
  std::optional<Severity> severity{};
  std::string rule{};                // empty: any
  std::optional<Timestamp> since{};  // opened at or after
  std::size_t limit = 100;
  std::optional<IncidentId> before{};  // the cursor: only ids below
};

struct IncidentPage {
  std::vector<Incident> incidents;  // newest opening first
  std::optional<IncidentId> next;   // the cursor of the next page; nullopt at the end
};

struct IncidentRecord {
  Incident incident;
  std::vector<TimelineEntry> timeline;  // oldest first
  std::vector<Delivery> deliveries;     // oldest first
};

/// Any thread.
class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual Result<IncidentPage> list(const IncidentFilter& filter) = 0;
  virtual Result<IncidentRecord> get(IncidentId id) = 0;  // ErrorCode::not_found
};

}  // namespace tocsin
