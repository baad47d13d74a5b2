#include <benchmark/benchmark.h>

#include "bench/micro/hot_functions.h"

namespace tocsin {
namespace {

void EvaluateHealthySeries(benchmark::State& state) {
  const Work work = step_rule(static_cast<int>(state.range(0)), kHealthy);
  for (auto _ : state) work();
}
BENCHMARK(EvaluateHealthySeries)->Arg(5)->Arg(1000);

void EvaluatePendingSeries(benchmark::State& state) {
  const Work work = step_rule(static_cast<int>(state.range(0)), kBreached);
  for (auto _ : state) work();
}
BENCHMARK(EvaluatePendingSeries)->Arg(5)->Arg(1000);

}  // namespace
}  // namespace tocsin
