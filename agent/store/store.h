// Store: the seam to the disk. All of one turn is one Change, and one Change is one transaction: nothing is told to
// anybody that is not on disk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/result.h"
#include "agent/evaluate/series_state.h"
#include "agent/incident/incident.h"
#include "agent/outbox/delivery.h"
#include "agent/poll/clock_record.h"

namespace tocsin {

/// Rows as they are to be after the transaction: inserted or replaced by their keys; timeline rows are appended.
struct Change {
  std::vector<Incident> incidents{};
  std::vector<TimelineEntry> timeline{};
  std::vector<Delivery> deliveries{};
  std::vector<Told> told{};
  std::vector<SeriesRecord> series{};  // deleted where inactive
  std::vector<RuleRecord> rules{};
  std::vector<std::string> forgotten_rules{};  // their series and rule records go, before the rows above are written
  /// Every rule's ticks up to here have been applied, but for rules that are behind.
  std::optional<Timestamp> alive_at{};
  std::optional<ClockRecord> clock{};

  bool empty() const {
    return incidents.empty() && timeline.empty() && deliveries.empty() && told.empty() && series.empty() &&
           rules.empty() && forgotten_rules.empty() && !alive_at && !clock;
  }
};

/// What the engine needs in memory to go on: the active, the recently resolved and the untold.
struct Stored {
  /// Not resolved, resolved since `resolved_since`, resolved but not announced as such, or with a waiting delivery; and
  /// the latest of a key, where an earlier one was resolved before the clock was set back, and after `alive_at` by its
  /// times.
  std::vector<Incident> incidents;
  std::vector<Delivery> deliveries;  // waiting ones
  std::vector<Told> told;            // of `incidents`
  std::vector<SeriesRecord> series;
  std::vector<RuleRecord> rules;
  std::optional<Timestamp> alive_at;
  ClockRecord clock;
  IncidentId next_incident = 1;
  int64_t next_delivery = 1;
};

/// Engine thread only.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<Stored> load(Timestamp resolved_since) = 0;
  /// All or nothing. After an error the caller keeps the change and tries again.
  virtual Result<void> commit(const Change& change) = 0;
  /// Deletes incidents resolved before `before` with all that belongs to them, at most `incidents_max` of them.
  /// Returns how many it deleted.
  virtual Result<std::size_t> prune(Timestamp before, std::size_t incidents_max) = 0;
  /// Looks past what is kept in memory of the disk. What it finds is the error of every commit until it finds it gone.
  virtual void look_for_damage() {}
};

}  // namespace tocsin
