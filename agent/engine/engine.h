// Engine: the one loop that owns all state. A turn takes what has come back and what is due, works it through
// evaluate -> incident -> route -> outbox, writes one transaction, and only then touches the world.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/config/config.h"
#include "agent/engine/heartbeat.h"
#include "agent/engine/inbox.h"
#include "agent/engine/rule_runtime.h"
#include "agent/http/transport.h"
#include "agent/incident/incident_book.h"
#include "agent/notify/deliverer.h"
#include "agent/outbox/outbox.h"
#include "agent/poll/answer.h"
#include "agent/poll/poller.h"
#include "agent/poll/server_clock.h"
#include "agent/store/store.h"
#include "notifiers/redactor.h"

namespace tocsin {

/// A configuration read anew: it, or why it cannot be used ("file:line:column: text").
using ReloadedConfig = std::expected<std::shared_ptr<const Config>, std::vector<std::string>>;

/// What a reload cannot change.
struct StartedWith {
  std::string store_path;
  std::string listen;
  std::string tls_cert_file;
  std::string tls_key_file;
};

/// One thread. The borrowed seams outlive the engine.
class Engine {
 public:
  struct World {
    const Clock& clock;
    Transport& transport;
    Store& store;
    Inbox& inbox;
    std::function<ReloadedConfig()> read_config;                         // for reloads
    std::function<void(const Config&)> reloaded = [](const Config&) {};  // what else takes over a new configuration
  };

  Engine(World world, std::shared_ptr<const Config> config);

  /// Loads the store and takes up where it ended. REQUIRES: called once, before turn().
  Result<void> start();
  /// Waits for something to do, at most `wait_max`, and does it.
  void turn(Duration wait_max);
  /// Ends in order: no further polls; deliveries under way are waited for, at most `grace`.
  void stop(Duration grace);

 private:
  // What came in (engine.cc).
  void take(const Completed& completed);
  void obey(EngineCommand command);
  void act(ActCommand command);
  Result<IncidentBook::Events> perform(const Action& action, Timestamp now);
  void flush();
  bool commit();
  void start_all(std::vector<std::pair<RequestId, Outgoing>> requests);
  std::optional<Timestamp> read_up_to(const RuleRuntime& runtime) const;
  Change change_of(const Draft& draft) const;
  SeriesState series_state(const std::string& rule, const Labels& labels) const;
  Duration wait_until_due(Duration wait_max) const;
  void tend(Timestamp now);
  void forget(Timestamp now);

  // Polls and their answers (engine_polls.cc).
  struct Asked {
    Batch batch;      // its tick led here; the rest up to it is asked for in further requests
    Timestamp first;  // of the ticks asked for
    Timestamp last;
    Timestamp at;                                          // when it was asked
    Duration offset{0};                                    // so long before the ticks
    std::optional<std::vector<AnswerAt>> read_again = {};  // a range's, while it is asked where they were observed
    std::optional<QueryFault> range_fault = {};            // of a range, while its query is asked at one tick
  };
  using Answers = std::vector<std::expected<Answer, QueryFault>>;
  void start_polls(Timestamp now);
  void ask(Batch batch, Timestamp now);
  void ask_instant(Asked asked);
  void answered(Asked asked, const Response& response);
  void evaluate_answer(Asked asked, const Response& response);
  void instant_answered(const Asked& asked, const Response& response);
  std::expected<Answers, QueryFault> parse(const Asked& asked, const Response& response) const;
  std::string too_much(std::size_t poll, const Answer& answer) const;
  Poller::Outcome outcome(const std::expected<Answers, QueryFault>& answers, const Asked& asked,
                          const Response& response) const;
  void prometheus_answers();
  void applied(std::size_t poll, Timestamp tick, const std::vector<AnswerAt>& answers, const Response& response);
  void failed(std::size_t poll, Timestamp tick, const QueryFault& fault, const Response& response);
  void log_failure(const RuleRuntime& runtime, bool unreachable, const std::string& reason);
  void apply_tick(RuleRuntime& runtime, const Answer& answer, Timestamp tick, Timestamp now);
  void apply_self_rules(Timestamp now);
  void record(const IncidentBook::Events& events, Timestamp at);
  void announce(Timestamp now);
  const Poll* poll_of(const std::string& rule) const;
  bool settled(const std::string& rule) const;

  // Clocks (engine_clock.cc).
  void follow_clock();
  void set_forward(RuleRuntime& runtime, Duration by);
  Duration before_ticks() const;
  void doubt(Asked asked, const Response& response);
  void clock_answered(const Response& response);
  bool may_know_the_time(QueryFault::Kind fault);
  void not_answered(const Asked& asked, const QueryFault& fault, const Response& response);
  void follow_server_clock(Duration gained);
  void ask_anew();
  void drop_questions();

  // Ticks that are read again (engine_ranges.cc).
  void ask_range(Asked asked, std::string_view query);
  void range_answered(Asked asked, const Response& response);
  void range_read(Asked asked, std::vector<AnswerAt> answers, const std::vector<AnswerAt>& presence,
                  const Response& response);
  void range_failed(Asked asked, const QueryFault& fault, const Response& response);
  void go_on_without_presence(Asked asked, const Response& response);
  void probe(Asked asked, const QueryFault& fault);
  void probe_answered(Asked asked, const Response& response);
  void say_what_is_given_up(const QueryFault& fault);

  // Configuration (engine_config.cc).
  using RulesByName = std::map<std::string, RuleRuntime>;
  RulesByName restore_rules(Stored stored, Timestamp now);
  void tell_other_identities(RulesByName& rules) const;
  void adopt(std::shared_ptr<const Config> config, RulesByName before, Timestamp now);
  RulesByName give_up_rules();
  void adopt_rules(RulesByName before, Timestamp now);
  void nothing_is_asked();
  RuleRuntime keep(RuleRuntime old, const std::shared_ptr<const Rule>& rule, Timestamp now);
  void remove_rule(const RuleRuntime& gone, const std::string& reason, Timestamp now);
  using PollIndex = std::map<std::tuple<std::string_view, Duration, bool>, std::size_t>;  // by what is asked, and how
  void place_in_poll(std::size_t index, const std::set<std::string>& alone, PollIndex& polls, Timestamp now);
  std::vector<std::string> reload();
  Links links(const std::string& rule) const;

  // What readers see (engine_status.cc).
  std::shared_ptr<const ReadModel> read_model() const;
  std::string why_not_ready() const;
  bool healthy(Timestamp now) const;

  const std::string& name_of(std::size_t index) const { return rules_[index].rule().name; }
  const RuleRuntime* runtime(const std::string& rule) const;
  RuleRuntime* runtime(const std::string& rule);

  World world_;
  std::shared_ptr<const Config> config_;
  StartedWith started_with_;
  Surroundings surroundings_;

  std::vector<RuleRuntime> rules_;
  std::vector<std::size_t> by_name_;  // indices of rules_, in the order of their names
  RuleRuntime blind_;
  RuleRuntime rule_failing_;
  RuleRuntime too_many_incidents_;
  Poller poller_;
  ServerClock server_clock_;
  std::optional<RequestId> clock_asked_;  // the question what time it is
  Timestamp clock_asked_at_;
  std::size_t clock_unanswered_ = 0;                 // in a row
  std::vector<std::pair<Asked, Response>> doubted_;  // answers that wait for that
  bool time_confirmed_ = false;                      // since the start, or since the clock was set forward
  std::map<RequestId, Asked> asked_;
  std::set<std::string> failing_alone_;  // rules that failed while Prometheus answered others, until they are answered
  bool polls_ended_ = false;             // in this turn
  bool polls_answered_ = false;

  IncidentBook book_;
  std::set<IncidentId> to_announce_;
  Outbox outbox_;
  Deliverer deliverer_;
  Heartbeat heartbeat_;

  Draft draft_;
  std::vector<std::pair<RequestId, Outgoing>> to_start_;  // further steps; they wait for the next commit
  std::vector<std::promise<Result<void>>> to_reply_;      // likewise
  RequestId next_request_ = 1;

  std::optional<Timestamp> unanswered_since_;  // Prometheus has answered nothing since
  std::optional<Timestamp> last_answer_;
  std::string prometheus_error_;
  std::string outage_logged_;                 // why it does not answer, as logged; empty: that it does, or nothing yet
  Redactor redactor_{std::vector<Secret>{}};  // of what Prometheus repeats of what it was sent
  std::string store_error_;
  Timestamp turned_at_;  // the last turn, by both clocks
  Instant turned_at_steady_{};
  Instant commit_again_{};  // not before, after a failure
  Timestamp alive_written_;
  Timestamp pruned_;
  Instant damage_looked_for_{};
  bool stopping_ = false;
  ReadModel counts_;  // the parts that the engine counts as it goes
};

}  // namespace tocsin
