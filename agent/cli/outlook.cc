#include "agent/cli/outlook.h"

#include <map>
#include <utility>

#include "agent/cli/http_client.h"
#include "agent/evaluate/evaluator.h"
#include "agent/poll/prom_answer.h"
#include "agent/poll/query.h"
#include "notifiers/redactor.h"

namespace tocsin {
namespace {

/// Without a threshold the larger value is the worse one.
constexpr Threshold kLargerIsWorse{Comparison::greater, 0};

std::optional<double> worst_value(const Rule& rule, const Answer& answer) {
  const Threshold threshold = rule.grades.front().threshold.value_or(kLargerIsWorse);
  std::optional<double> worst;
  for (const Sample& sample : answer.samples) {
    if (!worst || threshold.worse(sample.value, *worst)) worst = sample.value;
  }
  return worst;
}

Outlook::State state_of(const Evaluation& evaluation) {
  if (evaluation.firing_series > 0) return Outlook::State::open;
  return evaluation.pending_series > 0 ? Outlook::State::pending : Outlook::State::inactive;
}

Outlook outlook_of(const std::shared_ptr<const Rule>& rule, const Response& response, const Redactor& redactor,
                   Timestamp now) {
  Outlook outlook;
  outlook.rule = rule;
  outlook.query_time = response.took;
  if (const auto& threshold = rule->grades.front().threshold) outlook.threshold = threshold->text();
  const std::expected<Answer, QueryFault> answer = parse_instant(response, rule->allow_partial);
  if (!answer) {
    outlook.error = redactor.clean(answer.error().text);
    return outlook;
  }
  RuleState state;
  const Evaluation evaluation = evaluate(*rule, state, *answer, now);
  outlook.state = state_of(evaluation);
  outlook.series = answer->samples.size();
  outlook.breaching = evaluation.firing_series + evaluation.pending_series;
  outlook.worst = worst_value(*rule, *answer);
  return outlook;
}

}  // namespace

std::string_view state_text(Outlook::State state) {
  switch (state) {
    case Outlook::State::inactive:
      return "inactive";
    case Outlook::State::pending:
      return "pending";
    case Outlook::State::open:
      return "open";
    case Outlook::State::unknown:
      break;
  }
  return "unknown";
}

std::vector<Outlook> look(Transport& transport, const Config& config, Timestamp now) {
  const PrometheusConfig& prometheus = config.prometheus;
  const Redactor redactor(prometheus.http);
  std::map<std::string, std::size_t> position;  // of each query among the requests
  std::vector<Outgoing> requests;
  for (const auto& rule : config.rules) {
    if (!position.emplace(rule->query, requests.size()).second) continue;
    requests.emplace_back(instant_query(prometheus, rule->query, now - prometheus.query_offset));
  }
  const auto concurrent_max = static_cast<std::size_t>(prometheus.max_concurrent_queries);
  const std::vector<Response> responses = exchange_all(transport, std::move(requests), concurrent_max);
  std::vector<Outlook> outlooks;
  outlooks.reserve(config.rules.size());
  for (const auto& rule : config.rules) {
    outlooks.push_back(outlook_of(rule, responses[position.at(rule->query)], redactor, now));
  }
  return outlooks;
}

}  // namespace tocsin
