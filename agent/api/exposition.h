// Exposition: metric families in Prometheus's text format, written one after the other, so that the many objects of a
// family with a sample per rule are gone before the next is made.
#pragma once

#include <prometheus/metric_family.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/histogram.h"

namespace tocsin {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

/// One family: a name, a help text, a type and its samples.
class Family {
 public:
  Family(prometheus::MetricType type, std::string_view name, std::string_view help);

  void add(double value, MetricLabels labels = {});
  void add(const Histogram& histogram, MetricLabels labels = {});

 private:
  friend class Exposition;
  prometheus::MetricFamily family_;
};

class Exposition {
 public:
  void write(Family family);
  /// A family of one sample without labels.
  void gauge(std::string_view name, std::string_view help, double value);
  void counter(std::string_view name, std::string_view help, double value);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

  std::string text() && { return std::move(out_).str(); }

 private:
  std::ostringstream out_;
};

}  // namespace tocsin
