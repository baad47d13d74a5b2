// Commit what so many openings in one turn change, in memory: SQLite's work without the disk's.
#include <benchmark/benchmark.h>

#include "agent/store/sqlite_store.h"

namespace tocsin {
namespace {

constexpr Timestamp kAt{Duration{1'700'000'000'000}};

Incident incident_of(IncidentId id) {
  Incident incident;
  incident.id = id;
  incident.rule = "Rule";
  incident.key = {{"pod", "web-" + std::to_string(id)}, {"namespace", "shop"}};
  incident.dedup_key = "Rule" + incident.key.text();
  incident.labels = incident.key;
  incident.annotations = {{"summary", "web is at 17"}};
  incident.opened_at = kAt;
  incident.series = {{.labels = incident.key, .value = 17, .since = kAt}};
  incident.series_count = 1;
  return incident;
}

Change openings(int64_t count) {
  Change change;
  for (int64_t id = 1; id <= count; ++id) {
    change.incidents.push_back(incident_of(id));
    change.timeline.push_back({.incident = id, .at = kAt, .type = "opened", .text = "opened", .by = ""});
    Delivery delivery;
    delivery.id = id;
    delivery.incident = id;
    delivery.notifier = "hook";
    change.deliveries.push_back(std::move(delivery));
  }
  return change;
}

void CommitOpenings(benchmark::State& state) {
  const auto store = SqliteStore::open(":memory:");
  const Change change = openings(state.range(0));
  for (auto _ : state) {
    if (!(*store)->commit(change)) return state.SkipWithError("the store refused the change");
  }
}
BENCHMARK(CommitOpenings)->Arg(1)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin
