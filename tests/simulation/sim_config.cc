#include "tests/simulation/sim_config.h"

#include <fmt/format.h>

#include <array>

#include "agent/base/hash.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/story.h"

namespace tocsin::sim {
namespace {

constexpr std::array kTimes = {Duration{0s}, Duration{30s}, Duration{90s}, Duration{5min}};

Duration draw_time(uint64_t seed, const std::string& what, uint64_t rule) {
  return kTimes[below(kTimes.size(), seed, what, rule)];
}

constexpr uint64_t kQueries = 4;

/// A comment moves a query to another slot of the grid. Those of the first slot meet those of every interval.
std::string in_slot(const std::string& query, uint64_t slot) {
  for (int number = 0;; ++number) {
    std::string candidate = fmt::format("{} # {}", query, number);
    if (fnv1a(candidate) % 64 == slot) return candidate;
  }
}

/// Some rules share a query, and some queries a slot.
std::string make_query(uint64_t seed, uint64_t index) {
  std::string query = fmt::format("q{}", index % kQueries);
  if (chance(30, seed, "slot of its own", index % kQueries)) return query;
  return in_slot(query, chance(60, seed, "first slot") ? 0 : 17);
}

/// One bound, written in one of two ways.
Threshold at_least(double value, bool exactly) {
  return exactly ? Threshold{Comparison::greater_equal, value} : Threshold{Comparison::greater, value - 0.5};
}

/// Of rules of one query some are moved by what is severe alone, and some by whatever is not good.
std::vector<Grade> make_grades(uint64_t seed, uint64_t drawn) {
  const bool exactly = chance(50, seed, "the bound itself", drawn);
  if (chance(30, seed, "only what is severe", drawn)) return {{Severity::sev3, at_least(kSevere, exactly)}};
  std::vector<Grade> grades = {{Severity::sev3, at_least(kBreach, exactly)}};
  if (chance(20, seed, "all but good", drawn)) grades.front().threshold = {Comparison::not_equal, kGood};
  if (chance(30, seed, "graded", drawn)) grades.push_back({Severity::sev1, at_least(kSevere, exactly)});
  return grades;
}

/// Its versions differ in all but the name and the limit.
std::shared_ptr<const Rule> make_rule(uint64_t seed, uint64_t index, uint64_t version = 0) {
  const uint64_t drawn = index + 16 * version;
  Rule rule;
  rule.name = fmt::format("Rule{}", index);
  rule.query = make_query(seed, index + version);
  rule.interval = chance(60, seed, "interval", (index + version) % kQueries) ? Duration{15s} : Duration{30s};
  rule.grades = make_grades(seed, drawn);
  if (chance(30, seed, "recover", drawn)) rule.recover = Threshold{Comparison::less_equal, kGood};
  rule.for_duration = draw_time(seed, "for", drawn);
  rule.recover_for = draw_time(seed, "recover_for", drawn);
  rule.missing = draw_time(seed, "missing", drawn);
  rule.dedup_window = draw_time(seed, "dedup_window", drawn);
  rule.max_incidents = chance(15, seed, "limit", index) ? 1 : kUnlimited;
  if (chance(40, seed, "incident_by", drawn)) rule.incident_by = {"service"};
  rule.no_data_opens = chance(25, seed, "no_data", drawn);
  if (index < rules_that_stay(seed) && chance(15, seed, "own notify", index))
    rule.notify = std::vector<std::string>{"hook"};
  return std::make_shared<const Rule>(std::move(rule));
}

/// Each version has its own address.
NotifierSettings notifier(std::string name, auto type, uint64_t version) {
  NotifierSettings settings;
  type.http.url = Secret(fmt::format("http://{}.example.org/v{}", name, version));
  settings.name = std::move(name);
  settings.type = std::move(type);
  return settings;
}

/// With little room: what waits for it soon goes out as a digest.
NotifierSettings slack(uint64_t version) {
  NotifierSettings settings = notifier("slack", SlackSettings{}, version);
  settings.rate_limit = RateLimit{1 + static_cast<int>(version % 2), Duration{1000}};
  settings.digest_above = 2;
  return settings;
}

NotifierSettings mail(uint64_t version) {
  NotifierSettings settings;
  settings.name = "mail";
  settings.type = EmailSettings{.smtp_url = fmt::format("smtp://mail.example.org/v{}", version),
                                .starttls = StartTls::required,
                                .username = {},
                                .password = {},
                                .tls = {},
                                .proxy_url = {},
                                .from = "tocsin@example.org",
                                .to = {kMailRecipients.begin(), kMailRecipients.end()}};
  return settings;
}

std::optional<Duration> draw_interval(uint64_t seed, uint64_t route) {
  if (chance(50, seed, "repeat_interval", route)) return std::nullopt;
  return Duration{10min} + Duration{static_cast<int64_t>(below(1'200'000, seed, "how often", route))};
}

constexpr const char* kFirstRoute = "Rule[02]";
constexpr const char* kPassingRoute = "Rule1";

bool takes(const Route& route, const std::string& rule) {
  if (route.matchers.empty()) return true;
  return route.matchers.front().value() == kPassingRoute ? rule == "Rule1" : rule == "Rule0" || rule == "Rule2";
}

/// All to everybody; in some worlds a route before that takes some of the rules, and may leave them to the next, and in
/// some one comes and goes that keeps a rule from all but the webhook, which it reminds as the last one does.
std::vector<Route> make_routes(uint64_t seed, const std::vector<NotifierSettings>& notifiers, uint64_t version) {
  std::vector<Route> routes;
  if (version % 2 == 1 && chance(50, seed, "passing route")) {
    routes.push_back({.matchers = {*Matcher::make("rule", MatchKind::equal, kPassingRoute)},
                      .notify = {"hook"},
                      .continues = false,
                      .repeat_interval = draw_interval(seed, 1)});
  }
  if (chance(40, seed, "first route")) {
    routes.push_back({.matchers = {*Matcher::make("rule", MatchKind::regex, kFirstRoute)},
                      .notify = {"hook"},
                      .continues = chance(50, seed, "continue"),
                      .repeat_interval = draw_interval(seed, 0)});
  }
  routes.push_back({.matchers = {}, .notify = {}, .continues = false, .repeat_interval = draw_interval(seed, 1)});
  for (const NotifierSettings& one : notifiers) routes.back().notify.push_back(one.name);
  return routes;
}

}  // namespace

Listeners listeners(const Config& config, const std::string& rule) {
  Listeners listeners;
  for (const auto& one : config.rules) {
    if (one->name == rule && !one->notify->empty()) return {{one->notify->front(), std::nullopt}};
  }
  for (const Route& route : config.routes) {
    if (!takes(route, rule)) continue;
    for (const std::string& notifier : route.notify) {
      std::optional<Duration>& reminded = listeners[notifier];
      const std::optional<Duration>& interval = route.repeat_interval;
      if (interval && (!reminded || *interval < *reminded)) reminded = interval;
    }
    if (!route.continues) break;
  }
  return listeners;
}

std::optional<Duration> hook_reminded_every(const Config& config, const std::string& rule) {
  const Listeners to = listeners(config, rule);
  const auto hook = to.find("hook");
  return hook == to.end() ? std::nullopt : hook->second;
}

std::shared_ptr<const Config> make_config(uint64_t seed, std::string store_path, uint64_t version) {
  constexpr std::array kBatches = {1, 2, 3, 50};
  auto config = std::make_shared<Config>();
  config->prometheus.http.url = Secret("http://prometheus.example.org");
  config->prometheus.batch = kBatches[below(kBatches.size(), seed, "batch")];
  config->store.path = std::move(store_path);
  if (chance(30, seed, "prunes")) config->store.retention = 3h;
  config->catch_up = chance(15, seed, "catches up little") ? Duration{20min} : Duration{24h};
  if (chance(50, seed, "heartbeat")) {
    config->heartbeat.emplace();
    config->heartbeat->http.url = Secret("http://heartbeat.example.org");
    config->heartbeat->interval = chance(50, seed, "beats slowly") ? 5min : 1min;
  }
  config->notifiers = {notifier("hook", WebhookSettings{}, version),
                       notifier("pager", PagerDutySettings{.http = {}, .routing_key = Secret("key")}, version)};
  if (chance(50, seed, "slack")) config->notifiers.push_back(slack(version));
  if (chance(30, seed, "mail")) config->notifiers.push_back(mail(version));
  if (version % 2 == 1) config->notifiers.push_back(notifier("extra", WebhookSettings{}, version));
  // Shorter than a long fault of a receiver, and than the longest sleep and step of the clock.
  if (chance(30, seed, "gives up early")) {
    for (NotifierSettings& one : config->notifiers) one.max_retry_age = 20min;
  }
  config->routes = make_routes(seed, config->notifiers, version);
  const uint64_t rules = rules_that_stay(seed);
  for (uint64_t index = 0; index < rules; ++index) config->rules.push_back(make_rule(seed, index));
  if (!chance(40, seed, "last rule", version)) config->rules.push_back(make_rule(seed, rules, version));
  return config;
}

uint64_t rules_that_stay(uint64_t seed) {
  return 2 + below(6, seed, "rules");
}

}  // namespace tocsin::sim
