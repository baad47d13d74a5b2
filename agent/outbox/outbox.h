// Outbox: every conversation that is not over, and whose turn it is. What is queued here is committed with the state
// change that it announces and leaves only once the other side has accepted it, or it is given up.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/incident/draft.h"
#include "agent/outbox/conversation.h"
#include "agent/outbox/lane.h"
#include "agent/route/router.h"

namespace tocsin {

/// Engine thread only.
class Outbox {
 public:
  /// Whether a notifier is to be told of a kind; false for one that is not configured.
  using Wants = std::function<bool(const std::string& notifier, NotificationKind kind)>;
  /// Deliveries that ended without being sent.
  using Ended = std::vector<Delivery>;

  /// `left_at` is the last time that the process before is known to have seen. A word from later than that is one of
  /// a clock that was set back since.
  void restore(std::vector<Delivery> waiting, std::vector<Told> told, int64_t next_id, Timestamp left_at);

  /// Queues what is new about the incident and marks it as announced.
  Ended announce(Incident& incident, const std::vector<Recipient>& recipients, Duration dedup_window,
                 const Wants& wants, Timestamp now, Draft& draft);
  /// Queues reminders that are due; `wanted` says whether an incident is open and unacknowledged.
  void remind(const std::function<const Incident*(IncidentId)>& find, const Wants& wants, Timestamp now, Draft& draft);
  /// The clock was set back by that much: what waits does not wait for longer than it would have.
  void set_back(Duration by, Draft& draft);
  /// The clock was set forward by that much, or the machine slept, or nothing ran: nothing has been tried for so long.
  void set_forward(Duration by, Timestamp now, Draft& draft);
  /// Gives up all that waits for others than these: their notifiers are not configured any more.
  Ended keep_only(const std::set<std::string>& notifiers, Draft& draft);

  Lane& lane(const std::string& notifier) { return lanes_[notifier]; }
  /// The next delivery of a conversation. REQUIRES: something waits.
  const Delivery& head(IncidentId incident, const std::string& notifier) const;
  const Told& told(IncidentId incident, const std::string& notifier) const;

  /// The head is about to be sent: on disk before it goes out, so that after a crash it is known to be doubtful.
  void start(IncidentId incident, const std::string& notifier, Timestamp now, Draft& draft);
  /// It was not sent after all: it waits as before, and is due. REQUIRES: the head was started.
  void put_back(IncidentId incident, const std::string& notifier, Draft& draft);
  void remember(IncidentId incident, const std::string& notifier, const Remembered& values, Draft& draft);

  /// How a try of the head ended.
  struct Try {
    DeliveryState state = DeliveryState::delivered;  // delivered, failed, or pending: to be tried again
    std::string error;
    Timestamp not_before;  // of the next try
    bool maybe_seen = false;
    bool tried = true;  // false: it is given up without a further try
  };
  /// Returns the head as it then is, and adds to `ended` what collapses behind it.
  Delivery finish(IncidentId incident, const std::string& notifier, const Try& result, bool incident_resolved,
                  Timestamp now, Draft& draft, Ended& ended);

  bool concerns(IncidentId incident) const;  // something waits
  void forget(IncidentId incident);          // REQUIRES: !concerns(incident)
  std::size_t depth(const std::string& notifier) const;
  /// Since when the one that waits longest waits, by the present clock.
  std::optional<Timestamp> oldest(const std::string& notifier) const;

 private:
  using Key = std::pair<IncidentId, std::string>;

  Conversation& conversation(const Key& key);
  Conversation& existing(const Key& key);
  void tell(const Key& key, NotificationKind kind, const Incident& incident, const std::optional<Recipient>& recipient,
            Duration dedup_window, Timestamp now);
  void save(const Key& key, Draft& draft, Ended* ended);
  void look_for_reminder(const Conversation& talk);
  std::vector<Key> keys_of(IncidentId incident) const;

  std::map<Key, Conversation> conversations_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, std::size_t> depth_;
  int64_t next_id_ = 1;
  Timestamp reminders_from_ = Timestamp::max();  // before it no reminder is due: nobody looks through all for one
};

}  // namespace tocsin
