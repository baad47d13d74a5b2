#include "agent/api/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>

#include "agent/base/text.h"

namespace tocsin {

using prometheus::ClientMetric;
using prometheus::MetricType;

namespace {

/// One byte that is no UTF-8 would make Prometheus refuse the whole page.
MetricLabels valid(MetricLabels labels) {
  for (ClientMetric::Label& label : labels) label.value = valid_utf8(label.value);
  return labels;
}

}  // namespace

Family::Family(MetricType type, std::string_view name, std::string_view help) {
  family_.type = type;
  family_.name = name;
  family_.help = help;
}

void Family::add(double value, MetricLabels labels) {
  ClientMetric metric;
  metric.label = valid(std::move(labels));
  (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family_.metric.push_back(std::move(metric));
}

void Family::add(const Histogram& histogram, MetricLabels labels) {
  ClientMetric metric;
  metric.label = valid(std::move(labels));
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative += histogram.counts[i];
    const bool last = i == histogram.bounds.size();
    metric.histogram.bucket.push_back(
        {cumulative, last ? std::numeric_limits<double>::infinity() : histogram.bounds[i]});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = histogram.sum;
  family_.metric.push_back(std::move(metric));
}

void Exposition::write(Family family) {
  std::vector<prometheus::MetricFamily> one;
  one.push_back(std::move(family.family_));
  prometheus::TextSerializer().Serialize(out_, one);
}

void Exposition::gauge(std::string_view name, std::string_view help, double value) {
  Family family(MetricType::Gauge, name, help);
  family.add(value);
  write(std::move(family));
}

void Exposition::counter(std::string_view name, std::string_view help, double value) {
  Family family(MetricType::Counter, name, help);
  family.add(value);
  write(std::move(family));
}

void Exposition::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  Family family(MetricType::Histogram, name, help);
  family.add(histogram);
  write(std::move(family));
}

}  // namespace tocsin
