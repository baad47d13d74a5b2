// Render an annotation, as is done for each notification.
#include <benchmark/benchmark.h>

#include "rules/template/template.h"

namespace tocsin {
namespace {

void RenderSummary(benchmark::State& state) {
  const Template summary = *Template::parse(
      "{{ $labels.service }} on {{ $labels.instance }}: {{ $value | humanizePercentage }} of requests fail");
  const Labels labels{{"instance", "10.0.0.1:9100"}, {"service", "shop"}};
  const Labels external{{"cluster", "staging"}};
  const TemplateData data{
      .labels = labels, .external_labels = external, .external_url = "https://tocsin.example.org", .value = 0.0734};
  for (auto _ : state) benchmark::DoNotOptimize(summary.render(data));
}
BENCHMARK(RenderSummary);

}  // namespace
}  // namespace tocsin
