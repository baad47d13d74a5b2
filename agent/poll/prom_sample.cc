#include "agent/poll/prom_sample.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "agent/base/limits.h"
#include "agent/base/size_text.h"
#include "agent/base/text.h"
#include "agent/poll/prom_envelope.h"

namespace tocsin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr const char* kNoPoint = "a sample is not [time, \"value\"]";

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// As Go's strconv writes it; from_chars knows NaN and Inf but not "+Inf".
std::optional<double> parse_value(std::string_view text) {
  // Counts are read at a fraction of what from_chars takes for a double.
  if (const auto count = parse_number<uint64_t>(text)) return static_cast<double>(*count);
  if (text == "+Inf") text.remove_prefix(1);
  return parse_number<double>(text);
}

std::optional<Timestamp> parse_time(double seconds) {
  constexpr double kSecondsMax = 253402300800.0;  // the year 10000
  if (!(std::fabs(seconds) < kSecondsMax)) return std::nullopt;
  return from_unix_ms(std::llround(seconds * 1000));
}

struct Pair {
  element time;
  std::string_view value;
};

bool is_number(element one) {
  const element_type type = one.type();
  return type == element_type::INT64 || type == element_type::DOUBLE || type == element_type::UINT64;
}

std::expected<Pair, std::string> read_pair(element point) {
  Pair pair;
  array both;
  if (point.get(both) != simdjson::SUCCESS || both.size() != 2) return std::unexpected(kNoPoint);
  auto at = both.begin();
  pair.time = *at;
  if (!is_number(pair.time) || (*++at).get(pair.value) != simdjson::SUCCESS) return std::unexpected(kNoPoint);
  return pair;
}

std::expected<double, std::string> number_of(std::string_view text) {
  const auto value = parse_value(text);
  if (!value) return std::unexpected(fmt::format("{} is no number", quote(shorten(text, 40))));
  return *value;
}

bool has(element series, std::string_view key) {
  return series[key].error() == simdjson::SUCCESS;
}

}  // namespace

std::expected<void, QueryFault> MetricReader::read(element series) {
  object metric;
  if (field(series, "metric").get(metric) != simdjson::SUCCESS)
    return unusable("a series of the answer has no `metric`");
  pairs_.clear();
  apart_ = {};
  bool twice = false;
  std::size_t bytes = 0;
  for (const auto& [name, value] : metric) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) {
      return unusable(fmt::format("the label {} of a series is no string", quote(name)));
    }
    bytes += name.size() + text.size();
    if (bytes > limits::kSeriesLabelBytesMax) {
      return unusable(fmt::format("the labels of a series are larger than {}, up to {}; aggregate it away",
                                  size_text(limits::kSeriesLabelBytesMax), quote(shorten(name, 40))));
    }
    // An empty label is one that is not there.
    if (name == "__name__" || text.empty()) continue;
    const bool is_apart = !apart_name_.empty() && name == apart_name_;
    if (is_apart && apart_.empty()) {
      apart_ = text;
    } else {
      twice = twice || is_apart;
      pairs_.emplace_back(name, text);
    }
  }
  if (!put_in_order(pairs_) || twice) {
    return unusable(fmt::format("a series has one label twice: {}", Labels(labels()).text()));
  }
  return {};
}

std::expected<Point, std::string> parse_point(element point) {
  const auto pair = read_pair(point);
  if (!pair) return std::unexpected(pair.error());
  const auto at = parse_time(pair->time.get_double().value());
  if (!at) return std::unexpected("the time of a sample is out of range");
  const auto value = number_of(pair->value);
  if (!value) return std::unexpected(value.error());
  return Point{.at = *at, .value = *value};
}

std::expected<double, std::string> parse_point_value(element point) {
  const auto pair = read_pair(point);
  if (!pair) return std::unexpected(pair.error());
  return number_of(pair->value);
}

std::unexpected<QueryFault> unusable_labels(const Labels& labels) {
  return unusable(fmt::format("the answer has the same labels twice: {}; aggregate, or keep the label that differs",
                              labels.text()));
}

std::unexpected<QueryFault> unusable_value(const Labels& labels, element series) {
  const bool histogram = has(series, "histogram") || has(series, "histograms");
  return unusable(
      fmt::format("series {} has no number{}", labels.text(),
                  histogram ? ": it is a native histogram; take histogram_quantile() or a rate of its count" : ""));
}

}  // namespace tocsin
