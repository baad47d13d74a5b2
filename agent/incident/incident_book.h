// IncidentBook: one open incident per dedup key. Opens, reopens, moves severity, acknowledges and resolves; keeps in
// memory what is active or may still be reopened or told.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/evaluate/evaluator.h"
#include "agent/incident/draft.h"
#include "agent/incident/incident.h"
#include "rules/rule.h"

namespace tocsin {

/// What is the same for every incident: global labels, where links lead, and the outbox as far as it matters here.
struct Surroundings {
  Labels labels;
  std::string external_url;
  /// Whether somebody is still to be told of an incident.
  std::function<bool(IncidentId)> is_untold = [](IncidentId) { return false; };
};

/// Something worth a log line and a count.
struct IncidentEvent {
  enum class Kind { opened, reopened, severity, acknowledged, resolved };
  Kind kind = Kind::opened;
  IncidentId incident = 0;
  Duration detection_delay{0};  // opened: first breach to opening
};

/// Engine thread only. Incidents, once resolved, are kept until forget_if() so that they can be reopened.
class IncidentBook {
 public:
  using Events = std::vector<IncidentEvent>;

  /// `left_at` is the last time that the process before is known to have seen. What ended later than that has ended by
  /// a clock that was set back since.
  void restore(std::vector<Incident> incidents, IncidentId next, Timestamp left_at);

  /// The clock was set back by that much: no window after a resolution becomes longer.
  void set_back(Duration by);

  /// What one tick of `rule` means for its incidents. While the rule has max_incidents active ones no further one
  /// opens; what breaches beyond is counted in left_out().
  Events apply(const Rule& rule, const Evaluation& evaluation, const Surroundings& surroundings, Timestamp at,
               Draft& draft);

  Result<Events> acknowledge(IncidentId id, const std::string& by, const std::string& text, Timestamp at, Draft& draft);
  /// By hand: the key stays quiet until it breaches anew or its dedup window has passed.
  Result<Events> resolve(IncidentId id, const std::string& by, const std::string& text, Timestamp at, Draft& draft);
  Result<void> note(IncidentId id, const std::string& by, const std::string& text, Timestamp at, Draft& draft);
  /// Resolves all active incidents of a rule; `reason` such as "rule removed".
  Events resolve_all(const std::string& rule, const std::string& reason, Timestamp at, Draft& draft);

  /// By rule: how many keys breached at its last tick without an incident, for want of room. Rules with room are not
  /// in.
  const std::map<std::string, std::size_t>& left_out() const { return left_out_; }
  /// What was so when the process ended, until the rule's next tick tells.
  void restore_left_out(const std::string& rule, std::size_t count) { left_out_[rule] = count; }

  const Incident* find(IncidentId id) const;
  /// REQUIRES: the incident is in the book.
  Incident& get(IncidentId id);
  const std::map<IncidentId, Incident>& all() const { return incidents_; }

  /// Drops resolved incidents that nothing can touch any more: only the latest of its key can be reopened.
  void forget_if(const std::function<bool(const Incident&, bool is_latest)>& over);

 private:
  using Key = std::pair<std::string, Labels>;  // rule, incident_by labels
  struct Ending {
    std::string reason;  // kept on the incident
    std::string text;    // for the timeline: the evidence
    std::string by;
  };

  Incident* latest(const Key& key);
  bool needs_own_dedup_key(const std::vector<IncidentId>& earlier, const std::string& usual,
                           const Surroundings& surroundings) const;
  bool is_full(const Rule& rule) const;
  void go_on(Incident& incident, const Rule& rule, const Firing& firing, const Surroundings& surroundings, Timestamp at,
             Draft& draft, Events& events);
  IncidentEvent open(const Rule& rule, const Firing& firing, const Surroundings& surroundings, Timestamp at,
                     Draft& draft);
  IncidentEvent reopen(Incident& incident, const Rule& rule, const Firing& firing, const Surroundings& surroundings,
                       Timestamp at, Draft& draft);
  IncidentEvent end(Incident& incident, const Ending& ending, Timestamp at, Draft& draft);
  Result<Incident*> active(IncidentId id);

  std::map<IncidentId, Incident> incidents_;
  std::map<Key, std::vector<IncidentId>> by_key_;  // oldest first
  std::map<std::string, std::size_t> active_;      // by rule
  std::map<std::string, std::size_t> left_out_;
  IncidentId next_ = 1;
};

}  // namespace tocsin
