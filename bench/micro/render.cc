#include <benchmark/benchmark.h>

#include "bench/micro/hot_functions.h"

namespace tocsin {
namespace {

void RenderSummary(benchmark::State& state) {
  const Work work = render_summary();
  for (auto _ : state) work();
}
BENCHMARK(RenderSummary);

}  // namespace
}  // namespace tocsin
