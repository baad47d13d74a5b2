#include <benchmark/benchmark.h>

#include "bench/micro/hot_functions.h"

namespace tocsin {
namespace {

void CommitOpenings(benchmark::State& state) {
  const Work work = commit_openings(static_cast<int>(state.range(0)));
  for (auto _ : state) work();
}
BENCHMARK(CommitOpenings)->Arg(1)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin
