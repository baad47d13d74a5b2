// Receivers: a webhook, a pager, a Slack and a mail server that keep what they have accepted, and that fail as the plan
// says.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/http/transport.h"
#include "rules/severity.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/ledger.h"

namespace tocsin::sim {

/// One notification as a receiver accepted it.
struct Heard {
  std::string notifier;
  std::string incident;  // INC-7; the pager knows only the dedup key
  std::string word;      // open, escalate, resolve, past, ...; trigger, acknowledge, resolve
  std::optional<Severity> severity;
  Timestamp at;
  bool by_all = true;  // of a mail: by each of its recipients, unless it was refused for him

  Conversed conversed() const { return {notifier, incident}; }
};

/// So long a receiver has taken nothing of what is tried again, and the agent has known it, in real time.
struct Stall {
  std::string notifier;
  Timestamp from;
  Timestamp until;
};

class Receivers {
 public:
  Receivers(const SimClock& clock, Injector& injector, Ledger& ledger, uint64_t seed)
      : clock_(clock), injector_(injector), ledger_(ledger), seed_(seed) {}

  Response receive(const HttpRequest& request);
  Response receive(const MailRequest& request);
  /// From here on they are told at the addresses that this version of the configuration gives them.
  void move(uint64_t version) { version_ = version; }
  /// The agent knows no more for how long it was asked to be quiet, and who refuses.
  void agent_lost_memory();
  /// It takes what has waited before a sleep for new, and what was on its way to it comes after it.
  void agent_sleeps();

  const std::vector<Heard>& heard() const { return heard_; }
  /// When the heartbeat came, in real time.
  const std::vector<Timestamp>& pings() const { return pings_; }
  /// Also those that last.
  std::vector<Stall> stalls() const;
  /// How often a conversation was refused for good.
  const std::map<Conversed, uint64_t>& rejected() const { return rejected_; }
  /// What no agent may do, whatever else happens.
  uint64_t digests() const { return digests_; }
  const std::vector<std::string>& offences() const { return offences_; }

 private:
  struct Rest {
    Timestamp from;
    Timestamp until;
  };
  /// A mail as its recipients had it.
  struct Mail {
    std::set<std::string> accepted;
    std::set<std::string> rejected;
    std::optional<std::size_t> heard;  // the last index in heard_
  };
  /// Several where it is a digest.
  std::vector<Heard> read(const HttpRequest& request) const;
  Heard read(const MailRequest& request) const;
  bool is_on_disk(const Heard& heard) const;
  void check_address(const std::string& notifier, const std::string& url);
  bool may_be_unrecorded(const std::string& body, const Heard& heard);
  void check_manners(const std::string& body, const Heard& heard);
  /// A receiver that breaks down takes others with it, and not all.
  bool strikes(FaultKind kind, const std::string& notifier);
  void add_doubts(const std::vector<Heard>& words);
  void reject(const std::vector<Heard>& words);
  /// What came of it where nobody knows whether it arrived; nullopt: its answer comes.
  std::optional<Response> lose_reply(const std::vector<Heard>& words);
  Response limit(const Heard& heard);
  Response respond(const std::vector<Heard>& words);
  Response respond(const MailRequest& request, const Heard& heard);
  Mail& mail(const MailRequest& request);
  void note_recipient(Mail& mail);
  void note_outcome(const std::string& notifier, const Response& response, bool is_tried_again);
  void end_stalls();

  const SimClock& clock_;
  Injector& injector_;
  Ledger& ledger_;
  uint64_t seed_;
  uint64_t version_ = 0;
  std::vector<Heard> heard_;
  std::vector<Timestamp> pings_;
  std::map<Conversed, uint64_t> rejected_;
  std::vector<std::string> offences_;
  std::map<std::string, Rest> rests_;               // by notifier
  std::map<std::string, Timestamp> refuses_since_;  // likewise
  std::map<std::string, Timestamp> took_at_;        // likewise, the last word, or refused it for good
  std::vector<Stall> stalls_;                       // that are over
  std::map<std::string, Mail> mails_;               // by Message-ID
  uint64_t limited_ = 0;
  uint64_t digests_ = 0;
};

}  // namespace tocsin::sim
