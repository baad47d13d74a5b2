// Deliverer: takes what is due from the outbox to the notifiers and brings their verdicts back: in order per incident,
// parallel across incidents, at the pace each receiver allows.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/http/transport.h"
#include "agent/incident/draft.h"
#include "agent/notify/channel.h"
#include "agent/notify/snapshot.h"
#include "agent/outbox/outbox.h"

namespace tocsin {

/// Engine thread only.
class Deliverer {
 public:
  using FindIncident = std::function<const Incident*(IncidentId)>;
  using FindLinks = std::function<Links(const std::string& rule)>;
  using NextId = std::function<RequestId()>;

  Deliverer(Outbox& outbox, FindIncident find_incident, FindLinks find_links, NextId next_id);

  /// Takes over the notifiers of a configuration; one whose settings did not change keeps its pace and counts.
  void configure(const std::vector<NotifierSettings>& notifiers, Draft& draft);

  /// The clock was set back by that much: no rest becomes longer.
  void set_back(Duration by);

  /// What is to be sent now, marked as under way in `draft`: to be started once that is on disk.
  std::vector<std::pair<RequestId, Outgoing>> take(Timestamp now, Draft& draft);
  /// What take() has given out and nobody has started: it waits again.
  void put_back(RequestId id, Draft& draft);
  /// What does not wait for a disk that refuses: openings at SEV1 and rises to it, marked in their text as not
  /// recorded. To be started at once.
  std::vector<std::pair<RequestId, Outgoing>> take_unrecorded(Timestamp now, Draft& draft);
  bool unrecorded(RequestId id) const;
  bool owns(RequestId id) const { return flights_.contains(id); }
  /// What came back. A notification of several steps answers with the next one, to be started likewise.
  std::optional<std::pair<RequestId, Outgoing>> completed(RequestId id, const Response& response, Timestamp now,
                                                          Draft& draft);

  /// Counts and logs what ended in the outbox without being sent.
  void count(const Outbox::Ended& ended);
  bool wants(const std::string& notifier, NotificationKind kind) const;
  /// When there may be something to send again; nullopt where nothing waits.
  std::optional<Timestamp> next_due(Timestamp now) const;
  std::size_t in_flight() const { return flights_.size(); }
  std::vector<NotifierStatus> status() const;

 private:
  /// One request under way: one incident, or several in a digest.
  struct Flight {
    std::string notifier;
    std::vector<IncidentId> incidents;
    Notification notification;
    bool unrecorded = false;
  };

  void take_from(Channel& channel, Timestamp now, Draft& draft, std::vector<std::pair<RequestId, Outgoing>>& out);
  void take_unrecorded_from(Channel& channel, Timestamp now, Draft& draft,
                            std::vector<std::pair<RequestId, Outgoing>>& out);
  std::pair<RequestId, Outgoing> launch(Channel& channel, Flight flight);
  std::optional<Timestamp> given_up_at(const Channel& channel, IncidentId incident) const;
  bool expire(Channel& channel, IncidentId incident, Timestamp now, Draft& draft);
  Flight prepare(Channel& channel, IncidentId incident, Timestamp now, Draft& draft);
  Flight prepare_digest(Channel& channel, IncidentId first, Timestamp now, Draft& draft);
  void settle(Channel& channel, const Flight& flight, const Verdict& verdict, Timestamp now, Draft& draft);
  void settle_one(Channel& channel, IncidentId incident, const Verdict& verdict, std::optional<Timestamp> again,
                  Timestamp now, Draft& draft);
  void pause(Channel& channel, const Verdict& verdict, Timestamp now);
  void write_down(const Delivery& delivery, Timestamp now, Draft& draft);
  IncidentSnapshot shown(IncidentId id, const Delivery& delivery) const;

  Outbox& outbox_;
  FindIncident find_incident_;
  FindLinks find_links_;
  NextId next_id_;
  std::map<std::string, Channel> channels_;
  std::map<RequestId, Flight> flights_;
};

}  // namespace tocsin
