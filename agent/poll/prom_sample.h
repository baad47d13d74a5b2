// Series and points of a Prometheus answer: `{"metric":{...}}` and `[<seconds>,"<value>"]`.
#pragma once

#include <simdjson.h>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "agent/poll/answer.h"

namespace tocsin {

struct Point {
  Timestamp at;
  double value = 0;
};

/// As series[key], in place: with a key that is known to the compiler it takes half as long.
inline simdjson::simdjson_result<simdjson::dom::element> field(simdjson::dom::element series, std::string_view key) {
  simdjson::dom::object fields;
  if (const auto error = series.get(fields)) return error;
  for (const auto& [name, value] : fields) {
    if (name == key) return simdjson::dom::element(value);
  }
  return simdjson::NO_SUCH_FIELD;
}

/// Reads the labels of one series after the other, and copies none: most series are looked at, and not kept.
class MetricReader {
 public:
  MetricReader() = default;
  /// `apart` is a label that tells series apart without being one of theirs.
  explicit MetricReader(std::string_view apart) : apart_name_(apart) {}

  /// What was read before is lost.
  std::expected<void, QueryFault> read(simdjson::dom::element series);

  /// Without __name__ and the label apart. Views into the JSON.
  LabelPairs labels() const { return LabelPairs(pairs_); }
  /// The value of the label apart; "" where the series has it not. A view into the JSON.
  std::string_view apart() const { return apart_; }

 private:
  std::string_view apart_name_;
  std::string_view apart_;
  std::vector<Labels::Pair> pairs_;
};

/// The error says what is wrong with the point.
std::expected<Point, std::string> parse_point(simdjson::dom::element point);
/// Likewise, of a point whose time is known: that of the query.
std::expected<double, std::string> parse_point_value(simdjson::dom::element point);

/// Why an answer that has the same labels twice cannot be used.
std::unexpected<QueryFault> unusable_labels(const Labels& labels);

/// Why a series without a float value cannot be used.
std::unexpected<QueryFault> unusable_value(const Labels& labels, simdjson::dom::element series);

}  // namespace tocsin
