// Parse an answer: what each evaluation begins with.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "agent/poll/prom_answer.h"
#include "bench/micro/answers.h"

namespace tocsin {
namespace {

Response answer_of(int series) {
  Response response;
  response.status = 200;
  response.content_type = "application/json";
  response.body = vector_answer(series);
  return response;
}

void ParseAnswer(benchmark::State& state) {
  const Response response = answer_of(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(parse_instant(response, false));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(response.body.size()));
}
BENCHMARK(ParseAnswer)->Arg(0)->Arg(5)->Arg(1000);

/// The measure of the one before: the same bytes through simdjson, and nothing made of them.
void ParseJsonOfThousandSeries(benchmark::State& state) {
  const simdjson::padded_string json(vector_answer(1000));
  simdjson::dom::parser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(json).error());
}
BENCHMARK(ParseJsonOfThousandSeries);

}  // namespace
}  // namespace tocsin
