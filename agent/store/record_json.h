// The parts of records that the store keeps as JSON text. Equal labels give equal text, so it can be a key. Numbers
// that JSON lacks (NaN, infinities) survive, since values are strings. Bytes that are no UTF-8 become U+FFFD. The
// parsers throw std::exception on text that was not written here; rows.cc turns it into a fault that names the row.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/evaluate/series_state.h"
#include "notifiers/notification.h"

namespace tocsin {

using Annotations = std::vector<std::pair<std::string, std::string>>;

std::string to_json(const Labels& labels);
std::string to_json(const Annotations& annotations);
std::string to_json(const std::vector<SeriesSnapshot>& series);
std::string to_json(const std::vector<GradeState>& grades);
std::string to_json(const Remembered& remembered);

Labels parse_labels(const std::string& text);
Annotations parse_annotations(const std::string& text);
std::vector<SeriesSnapshot> parse_series(const std::string& text);
std::vector<GradeState> parse_grades(const std::string& text);
Remembered parse_remembered(const std::string& text);

}  // namespace tocsin
