#include "tests/simulation/run.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <atomic>
#include <set>

#include "agent/engine/engine.h"
#include "agent/poll/tick_grid.h"
#include "agent/store/sqlite_reader.h"
#include "agent/store/sqlite_store.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/faulty_store.h"
#include "tests/simulation/sim_config.h"

namespace tocsin::sim {
namespace {

constexpr Duration kCalm = 90min;  // without faults, in which everything must come to rest

/// A world that stays while agents come and go in it.
class Simulation {
 public:
  explicit Simulation(const Plan& plan)
      : plan_(plan),
        story_(plan.seed),
        clock_(start_time()),
        transport_(clock_, story_, plan_),
        path_(fresh_path()),
        keeper_(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_URI),
        config_(make_config(plan.seed, path_)) {}

  RunResult run() {
    const Timestamp end = start_time() + plan_.length + kCalm;
    while (clock_.now() < end) live(end);
    RunResult result;
    Ended ended{.config = *config_,
                .book = book(),
                .expected = expected(end),
                .heard = transport_.heard(),
                .doubts = crashes_ + transport_.ambiguous(),
                .end = clock_.now()};
    result.violations = check(ended);
    result.injected = transport_.injected();
    for (const std::size_t index : crashed_) ++result.injected[plan_.faults[index].kind];
    result.injected[FaultKind::store_fails] = store_failures_;
    count_sometimes(ended, result);
    return result;
  }

 private:
  static std::string fresh_path() {
    static std::atomic<int> count = 0;
    return fmt::format("file:/simulation-{}?vfs=memdb", ++count);
  }

  /// One agent, from its start to its crash or to the end.
  void live(Timestamp end) {
    try {
      auto opened = SqliteStore::open(path_);
      if (!opened) throw std::runtime_error(opened.error().text);
      FaultyStore store(
          std::move(*opened), [this] { return refuse_commit(); }, [this](FaultKind kind) { return take_crash(kind); });
      Inbox inbox(transport_, 1s);
      Engine engine({.clock = clock_, .transport = transport_, .store = store, .inbox = inbox, .read_config = {}},
                    config_);
      while (!engine.start()) clock_.advance_to(clock_.now() + 10s);  // as a supervisor that starts it again
      while (clock_.now() < end) engine.turn(10min);
    } catch (const Crash& crash) {
      ++crashes_;
      transport_.drop_all();
      clock_.advance_to(clock_.now() + crash.downtime);
    }
  }

  bool refuse_commit() {
    const bool fails = transport_.lasts(FaultKind::store_fails);
    if (fails) ++store_failures_;
    return fails;
  }

  std::optional<Crash> take_crash(FaultKind kind) {
    for (std::size_t index = 0; index < plan_.faults.size(); ++index) {
      const Fault& fault = plan_.faults[index];
      if (fault.kind != kind || fault.at > clock_.now() || !crashed_.insert(index).second) continue;
      return Crash{fault.length};
    }
    return std::nullopt;
  }

  Episodes expected(Timestamp end) const {
    Episodes episodes;
    for (const auto& rule : config_->rules) {
      const TickGrid grid(rule->query, rule->interval);
      add_episodes(*rule, story_, grid.at_or_before(start_time()), grid.at_or_before(end), episodes);
    }
    return episodes;
  }

  std::vector<IncidentRecord> book() const {
    SqliteReader reader(path_);
    std::vector<IncidentRecord> records;
    for (IncidentId id = 1;; ++id) {
      auto record = reader.get(id);
      if (!record) break;
      records.push_back(std::move(*record));
    }
    return records;
  }

  void count_sometimes(const Ended& ended, RunResult& result) const {
    for (const IncidentRecord& record : ended.book) {
      ++result.sometimes["incidents"];
      result.sometimes["flaps"] += static_cast<uint64_t>(record.incident.flaps);
      for (const Delivery& delivery : record.deliveries) {
        ++result.sometimes[fmt::format("{} {}", kind_text(delivery.kind), delivery_state_text(delivery.state))];
        if (delivery.attempts > 1) ++result.sometimes["tried again"];
      }
    }
  }

  const Plan& plan_;
  Story story_;
  SimClock clock_;
  SimTransport transport_;
  std::string path_;
  SQLite::Database keeper_;  // a memory database lives as long as somebody has it open
  std::shared_ptr<const Config> config_;
  std::set<std::size_t> crashed_;
  uint64_t crashes_ = 0;
  uint64_t store_failures_ = 0;
};

}  // namespace

Timestamp start_time() {
  return from_unix_ms(1'800'000'000'000);
}

RunResult run(const Plan& plan) {
  return Simulation(plan).run();
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
