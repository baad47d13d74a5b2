// Series and points of a Prometheus answer: `{"metric":{...}}` and `[<seconds>,"<value>"]`.
#pragma once

#include <simdjson.h>

#include <expected>
#include <string>

#include "agent/poll/answer.h"

namespace tocsin {

struct Point {
  Timestamp at;
  double value = 0;
};

/// The labels of a series, without __name__.
std::expected<Labels, QueryFault> parse_metric(simdjson::dom::element series);

/// The error says what is wrong with the point.
std::expected<Point, std::string> parse_point(simdjson::dom::element point);

/// Why a series without a float value cannot be used.
std::unexpected<QueryFault> unusable_value(const Labels& labels, simdjson::dom::element series);

}  // namespace tocsin
