#include "tests/simulation/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "agent/base/limits.h"
#include "agent/engine/engine.h"
#include "agent/store/sqlite_store.h"
#include "tests/simulation/archive.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/faulty_store.h"
#include "tests/simulation/memory.h"
#include "tests/simulation/people.h"
#include "tests/simulation/sim_config.h"
#include "tests/simulation/sim_disk.h"
#include "tests/simulation/sim_transport.h"

namespace tocsin::sim {
namespace {

constexpr Duration kCalm = 90min;        // without faults, in which everything must come to rest
constexpr Duration kAfterwards = 20min;  // so long a fault has effects: the longest pause between two tries, and more
constexpr Duration kGrace = 5s;
constexpr std::size_t kConversationMax = 6;
constexpr int64_t kEngineBytesMax = int64_t{128} << 10;   // with 50 to 550 incidents behind it
constexpr int64_t kUnwrittenBytesMax = int64_t{8} << 10;  // that happen in a minute while the disk refuses
constexpr std::size_t kUnderWayMax = 8 + 2 * limits::kInFlightPerWebhookMax + 3 * limits::kInFlightPerNotifierMax;

/// A world that stays while agents come and go in it.
class Simulation {
 public:
  explicit Simulation(const Plan& plan)
      : plan_(plan),
        story_(plan.seed),
        clock_(start_time()),
        injector_(plan_, clock_),
        ledger_(clock_),
        prometheus_(clock_, story_, injector_, plan.seed),
        receivers_(clock_, injector_, ledger_, plan.seed),
        transport_(clock_, injector_, prometheus_, receivers_, plan.seed),
        people_(clock_, injector_, ledger_, plan.seed),
        archive_(disk_.database(), ledger_),
        config_(make_config(plan.seed, disk_.database(), 0)),
        versions_{{start_time(), config_}} {}

  RunResult run() {
    while (clock_.real() < end()) live();
    std::vector<IncidentRecord> book = archive_.book();
    std::map<Conversed, uint64_t> not_taken = rejected(book);
    const Ended ended{.config = *config_,
                      .versions = versions_,
                      .story = story_,
                      .prometheus = prometheus_,
                      .book = std::move(book),
                      .expected = expected(),
                      .unclear_rules = unclear_rules(),
                      .steps = transport_.steps(),
                      .heard = receivers_.heard(),
                      .doubts = ledger_.doubts(),
                      .orphans = ledger_.orphans(),
                      .rejected = std::move(not_taken),
                      .deeds = people_.deeds(),
                      .ledger = ledger_,
                      .answers = transport_.answers(),
                      .pings = receivers_.pings(),
                      .stalls = receivers_.stalls(),
                      .plan = plan_,
                      .injected = injector_.injected(),
                      .was_away = revived_ > start_time() || transport_.woke_up() > Timestamp{},
                      .calm = calm(),
                      .end = clock_.now(),
                      .real_end = clock_.real()};
    RunResult result;
    result.violations = check(ended);
    for (const auto* offences : {&receivers_.offences(), &ledger_.offences()}) {
      result.violations.insert(result.violations.end(), offences->begin(), offences->end());
    }
    check_bounds(result.violations);
    result.injected = injector_.injected();
    count_sometimes(ended, result);
    return result;
  }

 private:
  /// In real time. Nobody is calm who sleeps or is dead.
  Timestamp end() const { return std::max({start_time() + plan_.length, transport_.woke_up(), revived_}) + kCalm; }

  /// As a supervisor that starts the process again until it stays.
  std::unique_ptr<Engine> start(Store& store, Inbox& inbox) {
    for (;; stay_away(10s)) {
      auto engine = std::make_unique<Engine>(Engine::World{.clock = clock_,
                                                           .transport = transport_,
                                                           .store = store,
                                                           .inbox = inbox,
                                                           .read_config = [this] { return read_config(); }},
                                             config_);
      if (engine->start()) return engine;
    }
  }

  /// One agent, from its start to its end; then nobody for a while.
  void live() {
    const Fault* cause = use_disk();
    disk_.end_process();
    if (!cause) return;
    transport_.drop_all();
    people_.listen();
    ledger_.agent_died();
    forget_in_hand();
    stay_away(cause->length);
    transport_.turn_the_clock();
    if (chance(20, plan_.seed, "changed while away", static_cast<uint64_t>(to_unix_ms(cause->at)))) change_config();
    revived_ = clock_.real();
  }

  /// What ended it; nullptr: the run is over. Where it crashes, nothing that is still open reaches the disk any more.
  const Fault* use_disk() {
    try {
      std::unique_ptr<Store> opened = open_store();
      auto store = std::make_unique<FaultyStore>(std::move(opened), disk_, clock_, injector_, ledger_, archive_);
      const Fault* stop = serve(*store);
      const Fault* due = begin_opening();
      store.reset();
      end_opening(due);
      return stop;
    } catch (const Crash& crash) {
      take_down(crash.cause);
      return &crash.cause;
    }
  }

  std::unique_ptr<Store> open_store() {
    const Fault* due = begin_opening();
    auto opened = SqliteStore::open(disk_.database());
    end_opening(due);
    if (!opened) throw std::runtime_error(opened.error().text);
    return std::move(*opened);
  }

  /// From here on the process dies at a write or a sync, if that is due, and at no other. A closing counts as an
  /// opening.
  const Fault* begin_opening() {
    constexpr int64_t kWritesUntilCrash = 60;  // a new store takes some fifty
    const Fault* due = injector_.take(FaultKind::crash_at_opening);
    disk_.die_at(due ? 1 + static_cast<uint64_t>(due->length.count() % kWritesUntilCrash) : 0);
    return due;
  }
  void end_opening(const Fault* due) {
    if (disk_.has_died()) {
      ++openings_died_;
      throw Crash{*due};
    }
    disk_.die_at(0);
  }

  /// The process alone, or the machine with it.
  void take_down(const Fault& cause) {
    const auto at = static_cast<uint64_t>(to_unix_ms(cause.at));
    if (chance(50, plan_.seed, "process alone", at)) return disk_.end_process();
    ++power_cuts_;
    disk_.cut_power(std::mt19937(static_cast<uint32_t>(draw(plan_.seed, "power cut", at))));
  }

  /// Until it is asked to stop; nullptr: until the run is over.
  const Fault* serve(Store& store) {
    Inbox inbox(transport_, 1min);
    std::unique_ptr<Engine> engine = start(store, inbox);
    const Timestamp started = clock_.real();
    const Fault* stop = nullptr;
    while (!stop && clock_.real() < end()) {
      people_.come(inbox);
      engine->turn(10min);
      people_.listen();
      count_rows_each_hour();
      stop = injector_.take(FaultKind::agent_stops);
    }
    if (stop) end_orderly(*engine);
    const int64_t with_engine = held_bytes();
    engine.reset();
    // One that has just started still has what it read and does not need.
    if (clock_.real() - started > 1min)
      engine_bytes_ = std::max(engine_bytes_, with_engine - held_bytes() - unwritten_bytes_max());
    return stop;
  }

  /// What the disk does not take is kept in hand, whole.
  int64_t unwritten_bytes_max() const {
    const Fault* refuses = injector_.find(FaultKind::store_fails);
    return refuses ? kUnwrittenBytesMax * ((clock_.real() - refuses->at) / 1min + 1) : 0;
  }

  /// Where nothing has kept the agent from pruning for a while.
  void count_rows_each_hour() {
    if (clock_.real() - rows_counted_at_ < 1h || injector_.any_lasts(FaultKind::kinds, kAfterwards)) return;
    if (clock_.real() - std::max(revived_, transport_.woke_up()) < kAfterwards) return;
    rows_counted_at_ = clock_.real();
    count_rows();
  }

  void count_rows() {
    ++rows_counted_;
    const Violations rows = check_rows(disk_.database(), config_->store.retention, config_->rules.size(),
                                       std::min(clock_.now(), clock_.real()));
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  }

  /// What was sent before a sleep is answered, or given up, after it.
  void end_orderly(Engine& engine) {
    engine.stop(kGrace);
    const bool awake = clock_.real() - transport_.woke_up() > 1min;
    if (awake && !injector_.any_lasts(FaultKind::agent_stops, 1min)) ledger_.agent_stopped();
  }

  void stay_away(Duration length) {
    clock_.advance(length);
    ledger_.agent_was_away(length);
  }

  /// What was not written down is not known any more.
  void forget_in_hand() {
    prometheus_.agent_lost_memory();
    receivers_.agent_lost_memory();
  }

  /// A reload: the next version of the configuration, or one with faults.
  ReloadedConfig read_config() {
    if (people_.reloads() % 4 == 3) return std::unexpected(std::vector<std::string>{"tocsin.toml:1:1: simulated"});
    change_config();
    return config_;
  }

  void change_config() {
    config_ = make_config(plan_.seed, disk_.database(), ++version_);
    versions_.push_back({clock_.real(), config_});
    forget_in_hand();
    receivers_.move(version_);
  }

  /// The ticks of a rule that were observed: one in each interval, all on the grid of the first that was asked for. A
  /// new rule begins with the present.
  std::vector<Tick> ticks_of(const Rule& rule) const {
    std::vector<Tick> ticks;
    const std::optional<Timestamp> one = prometheus_.first_asked(rule.query);
    if (!one) return ticks;
    const Timestamp began = ledger_.began().value_or(start_time());
    const auto since_tick = ((began - *one) % rule.interval + rule.interval) % rule.interval;
    for (Timestamp at = began - since_tick; at <= end(); at += rule.interval) {
      if (!prometheus_.refused(rule.query, at)) ticks.push_back({at, prometheus_.told_nothing(rule.query, at)});
    }
    return ticks;
  }

  /// The last answers may not have come.
  Expected expected() const {
    Expected expected;
    for (const auto& rule : config_->rules) add_rule(*rule, story_, ticks_of(*rule), end() - 3min, expected);
    return expected;
  }

  /// By receivers for good, or for too long.
  std::map<Conversed, uint64_t> rejected(const std::vector<IncidentRecord>& book) const {
    std::map<Conversed, uint64_t> rejected = receivers_.rejected();
    for (const IncidentRecord& record : book) {
      for (const Delivery& delivery : record.deliveries) {
        if (is_too_old(delivery)) ++rejected[conversed(delivery.notifier, record.incident)];
      }
    }
    return rejected;
  }

  std::set<std::string> unclear_rules() const {
    std::set<std::string> rules;
    const bool catches_up = config_->catch_up > plan_.length;  // or something remains that was never read
    for (const auto& rule : config_->rules) {
      if (!catches_up || prometheus_.unclear(rule->query)) rules.insert(rule->name);
    }
    for (const IncidentId id : people_.resolved_by_hand()) {
      const auto found = ledger_.incidents().find(id);
      if (found != ledger_.incidents().end()) rules.insert(found->second.rule);
    }
    // The one that reloads change.
    if (version_ > 0) rules.insert(fmt::format("Rule{}", rules_that_stay(plan_.seed)));
    return rules;
  }

  Timestamp calm() const {
    Timestamp calm = std::max(revived_, transport_.woke_up());
    for (const Fault& fault : plan_.faults) {
      if (disturbs(fault)) calm = std::max(calm, fault.at + lasting(fault));
    }
    return calm + kAfterwards;
  }

  void check_bounds(Violations& violations) {
    count_rows();
    violations.insert(violations.end(), rows_.begin(), rows_.end());
    for (const auto& rule : config_->rules) {
      if (!prometheus_.first_asked(rule->query)) violations.push_back(rule->name + " was never asked");
    }
    if (ledger_.longest() > kConversationMax) {
      violations.push_back(fmt::format("{} deliveries wait in one conversation", ledger_.longest()));
    }
    if (engine_bytes_ > kEngineBytesMax) {
      violations.push_back(fmt::format("the engine holds {} bytes of memory", engine_bytes_));
    }
    if (transport_.busiest() > kUnderWayMax) {
      violations.push_back(fmt::format("{} requests under way at once", transport_.busiest()));
    }
  }

  void count_sometimes(const Ended& ended, RunResult& result) const {
    result.rules = config_->rules.size();
    result.uncompared = static_cast<uint64_t>(std::ranges::count_if(config_->rules, [&](const auto& rule) {
      return ended.clock_was_set() || ended.unclear_rules.contains(rule->name);
    }));
    result.sometimes["digests"] += receivers_.digests();
    result.sometimes["told, and died unrecorded"] += ended.orphans.size();
    result.sometimes[kDiedAtOpening] += openings_died_;
    result.sometimes[kDiedWithinCommit] += disk_.deaths() - openings_died_;
    result.sometimes[kPowerCuts] += power_cuts_;
    result.sometimes["rows counted"] += rows_counted_;
    result.sometimes[kWritesLost] += disk_.lost();
    for (const IncidentRecord& record : ended.book) {
      ++result.sometimes["incidents"];
      result.sometimes["flaps"] += static_cast<uint64_t>(record.incident.flaps);
      for (const Delivery& delivery : record.deliveries) {
        if (is_too_old(delivery)) ++result.sometimes["given up for its age"];
        ++result.sometimes[fmt::format("{} {}", kind_text(delivery.kind), delivery_state_text(delivery.state))];
        if (delivery.attempts > 1) ++result.sometimes["tried again"];
      }
    }
  }

  const Plan& plan_;
  Story story_;
  SimClock clock_;
  Injector injector_;
  Ledger ledger_;
  SimPrometheus prometheus_;
  Receivers receivers_;
  SimTransport transport_;
  People people_;
  SimDisk disk_;
  Archive archive_;
  std::shared_ptr<const Config> config_;
  std::vector<Version> versions_;
  uint64_t version_ = 0;
  int64_t engine_bytes_ = 0;  // the most that an engine held at its end
  uint64_t power_cuts_ = 0;
  uint64_t openings_died_ = 0;
  Violations rows_;  // of the store that should not be there
  Timestamp rows_counted_at_ = start_time();
  uint64_t rows_counted_ = 0;
  Timestamp revived_ = start_time();  // by whoever started it again after the last crash
};

}  // namespace

Timestamp start_time() {
  return from_unix_ms(1'800'000'000'000);
}

RunResult run(const Plan& plan) {
  try {
    return Simulation(plan).run();
  } catch (const std::runtime_error& error) {  // the store cannot be opened, or not be read
    return {.violations = {error.what()}};
  }
}

Plan shrink(Plan plan) {
  for (std::size_t piece = std::max<std::size_t>(1, plan.faults.size() / 2); piece > 0; piece /= 2) {
    for (std::size_t at = 0; at < plan.faults.size();) {
      Plan smaller = plan;
      const auto first = smaller.faults.begin() + static_cast<std::ptrdiff_t>(at);
      smaller.faults.erase(first, first + static_cast<std::ptrdiff_t>(std::min(piece, smaller.faults.size() - at)));
      run(smaller).violations.empty() ? static_cast<void>(at += piece) : static_cast<void>(plan = std::move(smaller));
    }
  }
  return plan;
}

}  // namespace tocsin::sim
