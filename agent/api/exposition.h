// Exposition: metric families in Prometheus's text format 0.0.4, appended to one text as they are made: a page with
// families of one sample per rule has tens of thousands of lines.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/histogram.h"

namespace tocsin {

enum class MetricType { counter, gauge, histogram };

/// Names and values, borrowed.
using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Exposition {
 public:
  /// `bytes_expected` of text need not be moved as it grows.
  explicit Exposition(std::size_t bytes_expected) { text_.reserve(bytes_expected); }

  /// Begins a family: the samples added from here on are its.
  void family(MetricType type, std::string_view name, std::string_view help);
  void add(double value, MetricLabels labels = {}) { sample("", labels, "", value); }
  void add(const Histogram& histogram, MetricLabels labels = {});

  /// A family of one sample without labels.
  void gauge(std::string_view name, std::string_view help, double value);
  void counter(std::string_view name, std::string_view help, double value);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

  std::string text() && { return std::move(text_); }

 private:
  /// `le` is the upper bound of a histogram's bucket; "" for what is none.
  void sample(std::string_view suffix, MetricLabels labels, std::string_view le, double value);
  void label(char before, std::string_view name, std::string_view value);

  std::string name_;  // of the family
  std::string text_;
};

}  // namespace tocsin
