#include "bench/micro/hot_functions.h"

#include <fmt/format.h>

#include <memory>

#include "agent/base/assert.h"
#include "agent/evaluate/evaluator.h"
#include "agent/poll/joined_query.h"
#include "agent/poll/prom_answer.h"
#include "agent/store/sqlite_store.h"
#include "rules/template/template.h"

namespace tocsin {
namespace {

constexpr Timestamp kAt{Duration{1'700'000'000'000}};

Response response_with(std::string body) {
  Response response;
  response.status = 200;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response response_of(int series) {
  return response_with(vector_answer(series));
}

std::string envelope(std::string_view series) {
  return fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{}]}}}})", series);
}

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

Change openings(int count) {
  Change change;
  for (int id = 1; id <= count; ++id) {
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

}  // namespace

std::string vector_answer(int series) {
  std::string result;
  for (int index = 0; index < series; ++index) {
    result +=
        fmt::format(R"({}{{"metric":{{"container":"web","instance":"10.0.0.1:{}","job":"kubelet","namespace":"shop",)"
                    R"("pod":"web-{:05}"}},"value":[1700000000,"{}"]}})",
                    index == 0 ? "" : ",", index, index, index + 1);
  }
  return envelope(result);
}

Work parse_answer(int series) {
  return [response = response_of(series)] {
    const auto answer = parse_instant(response, false);
    TOCSIN_ASSERT(answer.has_value());
  };
}

Work parse_healthy_answer(int series) {
  return [response = response_of(series)] {
    const auto answer =
        parse_instant(response, false, [](std::size_t, const LabelPairs&, double value) { return value > 1e9; });
    TOCSIN_ASSERT(answer.has_value());
  };
}

Work parse_joined_answer(int rules) {
  std::string series;
  for (int rule = 0; rule < rules; ++rule) {
    series +=
        fmt::format(R"({{"metric":{{"{}":"q{}","service":"shop"}},"value":[1700000000,"0.5"]}},)", kMemberLabel, rule);
  }
  series += fmt::format(R"({{"metric":{{"{}":"{}"}},"value":[1700000000,"1"]}})", kMemberLabel, kAnsweredMember);
  return [response = response_with(envelope(series)), rules] {
    const auto answers = parse_joined(response, false, static_cast<std::size_t>(rules));
    TOCSIN_ASSERT(answers.has_value());
  };
}

Work join_rules(int rules) {
  const std::vector<std::string_view> queries(static_cast<std::size_t>(rules),
                                              R"(sum by (service) (rate(http_requests_total{code=~"5.."}[5m])))");
  return [queries] { TOCSIN_ASSERT(!join_queries(queries).empty()); };
}

Work step_rule(int series, std::string_view threshold) {
  Rule rule;
  rule.name = "Rule";
  rule.grades = {{Severity::sev3, *parse_threshold(threshold)}};
  rule.for_duration = 24h * 365 * 100;
  return [rule, answer = *parse_instant(response_of(series), false), state = RuleState(), at = kAt]() mutable {
    evaluate(rule, state, answer, at += rule.interval);
  };
}

Work render_summary() {
  const Template summary = *Template::parse(
      "{{ $labels.service }} on {{ $labels.instance }}: {{ $value | humanizePercentage }} of requests fail");
  const Labels labels{{"instance", "10.0.0.1:9100"}, {"service", "shop"}};
  const Labels external{{"cluster", "staging"}};
  return [=] {
    summary.render(
        {.labels = labels, .external_labels = external, .external_url = "https://tocsin.example.org", .value = 0.0734});
  };
}

Work commit_openings(int incidents) {
  auto store = SqliteStore::open(":memory:");
  TOCSIN_ASSERT(store.has_value());
  return [store = std::shared_ptr<SqliteStore>(*std::move(store)), change = openings(incidents)] {
    const auto committed = store->commit(change);
    TOCSIN_ASSERT(committed.has_value());
  };
}

}  // namespace tocsin
