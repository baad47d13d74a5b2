#include "tests/simulation/sim_config.h"

#include <fmt/format.h>

#include <array>

#include "tests/simulation/chance.h"
#include "tests/simulation/story.h"

namespace tocsin::sim {
namespace {

constexpr std::array kTimes = {Duration{0s}, Duration{30s}, Duration{90s}, Duration{5min}};

Duration draw_time(uint64_t seed, const std::string& what, uint64_t rule) {
  return kTimes[below(kTimes.size(), seed, what, rule)];
}

std::shared_ptr<const Rule> make_rule(uint64_t seed, uint64_t index) {
  Rule rule;
  rule.name = fmt::format("Rule{}", index);
  rule.query = fmt::format("q{}", index % 4);  // some share a query
  rule.interval = chance(50, seed, "interval", index % 4) ? Duration{15s} : Duration{30s};
  const Threshold breach{Comparison::greater, 1.5};
  rule.grades = {{Severity::sev3, breach}};
  if (chance(30, seed, "graded", index)) rule.grades.push_back({Severity::sev1, Threshold{Comparison::greater, 2.5}});
  if (chance(30, seed, "recover", index)) rule.recover = Threshold{Comparison::less, 0.5};
  rule.for_duration = draw_time(seed, "for", index);
  rule.recover_for = draw_time(seed, "recover_for", index);
  rule.missing = draw_time(seed, "missing", index);
  rule.dedup_window = draw_time(seed, "dedup_window", index);
  if (chance(40, seed, "incident_by", index)) rule.incident_by = {"service"};
  return std::make_shared<const Rule>(std::move(rule));
}

NotifierSettings notifier(std::string name, auto type) {
  NotifierSettings settings;
  type.http.url = Secret("http://" + name + ".example.org");
  settings.name = std::move(name);
  settings.type = std::move(type);
  return settings;
}

}  // namespace

std::shared_ptr<const Config> make_config(uint64_t seed, std::string store_path) {
  auto config = std::make_shared<Config>();
  config->prometheus.http.url = Secret("http://prometheus.example.org");
  config->store.path = std::move(store_path);
  config->catch_up = 24h;
  config->notifiers = {notifier("hook", WebhookSettings{}),
                       notifier("pager", PagerDutySettings{.http = {}, .routing_key = Secret("key")})};
  config->routes = {{.matchers = {}, .notify = {"hook", "pager"}, .continues = false, .repeat_interval = std::nullopt}};
  const uint64_t rules = 2 + below(5, seed, "rules");
  for (uint64_t index = 0; index < rules; ++index) config->rules.push_back(make_rule(seed, index));
  return config;
}

}  // namespace tocsin::sim
