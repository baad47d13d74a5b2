// Step a rule: one tick over so many series that are healthy, or pending.
#include <benchmark/benchmark.h>

#include "agent/evaluate/evaluator.h"

namespace tocsin {
namespace {

Rule rule_above_half() {
  Rule rule;
  rule.name = "Rule";
  rule.grades = {{Severity::sev3, *parse_threshold("> 0.5")}};
  rule.for_duration = 24h * 365 * 100;  // what breaches stays pending
  return rule;
}

Answer answer_of(int64_t series, double value) {
  Answer answer;
  for (int64_t index = 0; index < series; ++index) {
    answer.samples.push_back({{{"namespace", "shop"},
                               {"pod", "web-" + std::to_string(index)},
                               {"container", "web"},
                               {"instance", "10.0.0.1:9100"},
                               {"job", "kubelet"}},
                              value});
  }
  return answer;
}

void evaluate_again(benchmark::State& state, double value) {
  const Rule rule = rule_above_half();
  const Answer answer = answer_of(state.range(0), value);
  RuleState series;
  Timestamp at = from_unix_ms(1'700'000'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(rule, series, answer, at += rule.interval));
}

void EvaluateHealthySeries(benchmark::State& state) {
  evaluate_again(state, 0);
}
BENCHMARK(EvaluateHealthySeries)->Arg(5)->Arg(1000);

void EvaluatePendingSeries(benchmark::State& state) {
  evaluate_again(state, 1);
}
BENCHMARK(EvaluatePendingSeries)->Arg(5)->Arg(1000);

}  // namespace
}  // namespace tocsin
