// EngineWorld: an engine with one rule, one webhook, and a clock, a store and a network that do what the test says.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/engine.h"
#include "tests/agent/cli/scripted_transport.h"

namespace tocsin::test {

class HandClock final : public Clock {
 public:
  Timestamp now() const override { return start_ + passed_ + set_; }
  Instant steady() const override { return Instant{passed_}; }
  void advance(Duration by) { passed_ += by; }
  /// The wall clock alone, forward or back.
  void set(Duration by) { set_ += by; }

 private:
  Timestamp start_ = from_unix_ms(1'800'000'000'000);
  Duration passed_{std::chrono::hours{1}};
  Duration set_{0};
};

/// Keeps what was committed, while it works.
class FailingStore final : public Store {
 public:
  Result<Stored> load(Timestamp /*resolved_since*/) override { return stored; }
  Result<std::size_t> prune(Timestamp before, std::size_t /*incidents_max*/) override {
    pruned_before = before;
    return 0;
  }
  Result<void> commit(const Change& change) override {
    if (fails) return fail("the disk is full", ErrorCode::unavailable);
    for (const Incident& incident : change.incidents) incidents[incident.id] = incident;
    for (const Delivery& delivery : change.deliveries) deliveries[delivery.id] = delivery;
    for (const TimelineEntry& entry : change.timeline) timeline.push_back(entry.type);
    for (const SeriesRecord& one : change.series) series[one.labels] = one;
    for (const RuleRecord& rule : change.rules) rules[rule.rule] = rule;
    if (change.alive_at) alive_at = change.alive_at;
    return {};
  }
  /// What the next start finds of one rule.
  void keep_for_next_start() {
    stored.incidents.clear();
    stored.deliveries.clear();
    for (const auto& [id, incident] : incidents) stored.incidents.push_back(incident);
    for (const auto& [id, delivery] : deliveries) stored.deliveries.push_back(delivery);
    stored.series.clear();
    for (const auto& [labels, one] : series) stored.series.push_back(one);
    stored.rules.clear();
    for (const auto& [name, rule] : rules) stored.rules.push_back(rule);
    stored.next_incident = static_cast<IncidentId>(incidents.size()) + 1;
    stored.next_delivery = static_cast<int64_t>(deliveries.size()) + 1;
    stored.alive_at = alive_at;
  }

  Stored stored;  // before the start
  bool fails = false;
  std::map<IncidentId, Incident> incidents;
  std::map<Labels, SeriesRecord> series;
  std::map<int64_t, Delivery> deliveries;
  std::optional<Timestamp> alive_at;
  std::vector<std::string> timeline;
  std::map<std::string, RuleRecord> rules;
  std::optional<Timestamp> pruned_before;
};

/// "> 0" is SEV3, "> 10" is SEV1.
inline std::shared_ptr<const Rule> graded_rule() {
  Rule rule;
  rule.name = "Graded";
  rule.query = "x";
  rule.interval = Duration{1000};
  rule.dedup_window = Duration{0};
  rule.grades = {{Severity::sev3, *parse_threshold("> 0")}, {Severity::sev1, *parse_threshold("> 10")}};
  rule.annotations = {{"summary", *Template::parse("x is high")}};
  return std::make_shared<const Rule>(std::move(rule));
}

class EngineWorld : public testing::Test {
 protected:
  EngineWorld() {
    config_.prometheus.http.url = Secret("http://prometheus.example.org");
    NotifierSettings hook;
    hook.name = "hook";
    WebhookSettings webhook;
    webhook.http.url = Secret("http://hook.example.org");
    hook.type = webhook;
    config_.notifiers = {hook};
    config_.routes = {{.matchers = {}, .notify = {"hook"}, .continues = false, .repeat_interval = std::nullopt}};
    config_.rules = {graded_rule()};
  }

  /// Like the first, but for its name, Second, and its query, y; each is asked alone.
  void add_second_rule() {
    Rule second = *config_.rules.front();
    second.name = "Second";
    second.query = "y";
    config_.rules.push_back(std::make_shared<const Rule>(std::move(second)));
    config_.prometheus.batch = 1;
  }

  /// With config_ as it is then.
  void begin() {
    engine_.emplace(
        Engine::World{.clock = clock_, .transport = transport_, .store = store_, .inbox = inbox_, .read_config = {}},
        std::make_shared<const Config>(config_));
    ASSERT_TRUE(engine_->start());
  }

  void turns(int count) {
    for (int turn = 0; turn < count; ++turn) {
      clock_.advance(Duration{1000});
      engine_->turn(Duration{0});  // asks,
      engine_->turn(Duration{0});  // and takes the answer before the next tick
    }
  }

  virtual std::optional<Response> prometheus(const HttpRequest& /*request*/) {
    return page(
        fmt::format(R"({{"resultType":"vector","result":[{{"metric":{{"pod":"a"}},"value":[0,"{}"]}}]}})", value_));
  }
  virtual std::optional<Response> hook() { return answer(200, ""); }

  static Response page(const std::string& data) {
    Response response = answer(200, fmt::format(R"({{"status":"success","data":{}}})", data));
    response.content_type = "application/json";
    return response;
  }

  std::optional<Response> reply(const Outgoing& outgoing) {
    const auto& request = std::get<HttpRequest>(outgoing);
    const std::string& url = request.settings.url.reveal();
    if (url.starts_with("http://prometheus")) return prometheus(request);
    if (!url.starts_with("http://hook")) return answer(200, "");
    told_.push_back(request.body);
    return hook();
  }

  int value_ = 0;
  std::vector<std::string> told_;
  Config config_;
  HandClock clock_;
  FailingStore store_;
  ScriptedTransport transport_{[this](const Outgoing& outgoing) { return reply(outgoing); }};
  Inbox inbox_{transport_, std::chrono::minutes(1)};
  std::optional<Engine> engine_;
};

}  // namespace tocsin::test
