// Lane: in which order the conversations of one notifier get their turn: those that are due, worst severity first, then
// oldest; the others when their time comes. A conversation is in the lane at most once, with the head of its queue.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "agent/outbox/delivery.h"

namespace tocsin {

/// Engine thread only.
class Lane {
 public:
  /// Puts the conversation about `head.incident` in, in place of what it had.
  void put(const Delivery& head);
  void remove(IncidentId incident);

  /// Moves what is due at `now` to the ready ones.
  void advance(Timestamp now);
  std::size_t ready() const { return ready_.size(); }
  /// The one whose turn it is; nullopt where none is ready.
  std::optional<IncidentId> front() const;
  /// The ready ones of this severity, oldest first.
  std::vector<IncidentId> ready(Severity severity) const;
  /// When the next one that waits becomes due; nullopt where none waits.
  std::optional<Timestamp> next_due() const;

 private:
  using Ready = std::tuple<Severity, int64_t, IncidentId>;  // severity, delivery, incident
  using Later = std::pair<Timestamp, Ready>;

  std::set<Ready> ready_;
  std::set<Later> later_;
  std::map<IncidentId, Later> where_;
};

}  // namespace tocsin
