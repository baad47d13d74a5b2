#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "bench/micro/hot_functions.h"

namespace tocsin {
namespace {

void ParseAnswer(benchmark::State& state) {
  const Work work = parse_answer(static_cast<int>(state.range(0)));
  for (auto _ : state) work();
}
BENCHMARK(ParseAnswer)->Arg(0)->Arg(5)->Arg(1000);

void ParseHealthyAnswer(benchmark::State& state) {
  const Work work = parse_healthy_answer(static_cast<int>(state.range(0)));
  for (auto _ : state) work();
}
BENCHMARK(ParseHealthyAnswer)->Arg(5)->Arg(1000);

void ParseJoinedAnswer(benchmark::State& state) {
  const Work work = parse_joined_answer(static_cast<int>(state.range(0)));
  for (auto _ : state) work();
}
BENCHMARK(ParseJoinedAnswer)->Arg(50);

void JoinQueries(benchmark::State& state) {
  const Work work = join_rules(static_cast<int>(state.range(0)));
  for (auto _ : state) work();
}
BENCHMARK(JoinQueries)->Arg(50);

/// The measure of ParseAnswer: the same bytes through simdjson, and nothing made of them.
void ParseJsonOfThousandSeries(benchmark::State& state) {
  const simdjson::padded_string json(vector_answer(1000));
  simdjson::dom::parser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(json).error());
}
BENCHMARK(ParseJsonOfThousandSeries);

}  // namespace
}  // namespace tocsin
