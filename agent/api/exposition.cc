#include "agent/api/exposition.h"

#include <fmt/format.h>

#include <iterator>

#include "agent/base/text.h"

namespace tocsin {
namespace {

std::string_view type_text(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "";
}

/// One byte that is no UTF-8 would make Prometheus refuse the whole page.
void append_escaped(std::string& out, std::string_view value) {
  for (const char c : valid_utf8(value)) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

void Exposition::family(MetricType type, std::string_view name, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type_text(type));
}

void Exposition::add(const Histogram& histogram, MetricLabels labels) {
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative += histogram.counts[i];
    const bool last = i == histogram.bounds.size();
    sample("_bucket", labels, last ? "+Inf" : format_number(histogram.bounds[i]), static_cast<double>(cumulative));
  }
  sample("_sum", labels, "", histogram.sum);
  sample("_count", labels, "", static_cast<double>(cumulative));
}

void Exposition::gauge(std::string_view name, std::string_view help, double value) {
  family(MetricType::gauge, name, help);
  add(value);
}

void Exposition::counter(std::string_view name, std::string_view help, double value) {
  family(MetricType::counter, name, help);
  add(value);
}

void Exposition::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  family(MetricType::histogram, name, help);
  add(histogram);
}

void Exposition::sample(std::string_view suffix, MetricLabels labels, std::string_view le, double value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  for (const auto& [name, text] : labels) label(std::exchange(before, ','), name, text);
  if (!le.empty()) label(std::exchange(before, ','), "le", le);
  if (before == ',') text_ += '}';
  text_ += ' ';
  text_ += format_number(value);
  text_ += '\n';
}

void Exposition::label(char before, std::string_view name, std::string_view value) {
  text_ += before;
  text_ += name;
  text_ += "=\"";
  append_escaped(text_, value);
  text_ += '"';
}

}  // namespace tocsin
