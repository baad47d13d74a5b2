#include "tests/agent/api/fakes.h"

#include <limits>

namespace tocsin::test {

Result<void> FakeControl::act(const Action& action) {
  if (refusal) return std::unexpected(*refusal);
  const std::lock_guard lock(mutex_);
  actions_.push_back(action);
  return {};
}

Result<std::vector<std::string>> FakeControl::reload() {
  ++reloads;
  return faults;
}

Result<std::shared_ptr<const ReadModel>> FakeControl::read() {
  ++reads;
  if (!model) return fail("the engine did not answer within 5s", ErrorCode::unavailable);
  return model;
}

std::vector<Action> FakeControl::actions() {
  const std::lock_guard lock(mutex_);
  return actions_;
}

Result<IncidentPage> FakeStore::list(const IncidentFilter& filter) {
  if (fault) return std::unexpected(*fault);
  const std::lock_guard lock(mutex_);
  last_filter_ = filter;
  IncidentPage page;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (filter.before && record->first >= *filter.before) continue;
    if (page.incidents.size() == filter.limit) {
      page.next = page.incidents.back().id;
      break;
    }
    page.incidents.push_back(record->second.incident);
  }
  return page;
}

Result<IncidentRecord> FakeStore::get(IncidentId id) {
  before_get();
  if (fault) return std::unexpected(*fault);
  const auto found = records.find(id);
  if (found == records.end()) return fail("there is no INC-" + std::to_string(id), ErrorCode::not_found);
  return found->second;
}

IncidentFilter FakeStore::last_filter() {
  const std::lock_guard lock(mutex_);
  return last_filter_;
}

Timestamp time_at(int64_t ms) {
  return from_unix_ms(1'795'255'200'000 + ms);
}

std::shared_ptr<Rule> make_rule(std::string name) {
  auto rule = std::make_shared<Rule>();
  rule->name = std::move(name);
  rule->query = "up";
  rule->grades = {{Severity::sev3, Threshold{Comparison::greater, 0.01}},
                  {Severity::sev1, Threshold{Comparison::greater, 0.05}}};
  return rule;
}

std::shared_ptr<ReadModel> idle_model() {
  auto model = std::make_shared<ReadModel>();
  model->started_at = time_at(0);
  model->at = time_at(1500);
  model->last_reload_success_at = time_at(0);
  model->not_ready = "the first round of evaluations is not over";
  model->config_hash = "c0ffee";
  model->store_path = "/var/lib/tocsin/tocsin.db";
  return model;
}

std::shared_ptr<ReadModel> busy_model() {
  auto model = idle_model();
  model->not_ready.clear();
  model->prometheus_up = true;
  for (const char* name : {"HighErrorRate", "Latency:p99", "TocsinBlind"}) {
    RuleStatus status;
    status.rule = make_rule(name);
    status.pending_series = 2;
    status.firing_series = 1;
    status.last_evaluation = time_at(1000);
    status.last_duration = Duration{250};
    status.evaluations = 10;
    status.failures = 2;
    status.missed = 1;
    status.flaps = 3;
    status.opened = {4, 0, 5, 0};
    status.resolved = {1, 0, 2, 0};
    model->rules.push_back(status);
  }
  auto own = make_rule("TocsinBlind");
  own->query.clear();
  model->rules.back().rule = own;
  NotifierStatus slack;
  slack.name = "team \"quoted\\\" \n\xff slack";
  slack.type = "slack";
  slack.depth = 7;
  slack.oldest = time_at(-60'000);
  slack.last_error = "429 Too Many Requests";
  slack.outcomes[{NotificationKind::open, Outcome::delivered}] = 11;
  slack.latency.observe(0.2);
  slack.latency.observe(7000);
  model->notifiers.push_back(slack);
  model->open = {1, 2, 3, 4};
  model->acknowledged = {0, 1, 0, 0};
  model->query_duration.observe(0.004);
  model->detection_delay.observe(120);
  model->commit_duration.observe(0.0002);
  model->time_to_acknowledge.assign(4, Histogram{{60, 300}});
  model->time_to_resolve.assign(4, Histogram{{60, 300}});
  model->time_to_resolve[0].observe(61);
  return model;
}

IncidentRecord make_record(IncidentId id) {
  IncidentRecord record;
  Incident& incident = record.incident;
  incident.id = id;
  incident.rule = "HighErrorRate";
  incident.dedup_key = R"(HighErrorRate{service="checkout"})";
  incident.severity = Severity::sev1;
  incident.labels = {{"service", "checkout"}};
  incident.annotations = {{"summary", "5xx over 5 %"}};
  incident.value = 0.0731;
  incident.threshold = "> 0.05";
  incident.opened_at = time_at(0);
  incident.series = {{{{"service", "checkout"}}, 0.0731, time_at(-120'000)}};
  incident.series_count = 1;
  record.timeline = {{id, time_at(0), "opened", "0.0731 > 0.05 for 2m", ""}};
  Delivery delivery;
  delivery.incident = id;
  delivery.notifier = "team-slack";
  delivery.state = DeliveryState::delivered;
  delivery.attempts = 2;
  delivery.last_error = "503";
  delivery.delivered_at = time_at(1234);
  record.deliveries = {delivery};
  return record;
}

}  // namespace tocsin::test
