#include "agent/store/record_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace tocsin {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kPhaseTexts{"inactive", "pending", "open"};

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Phase parse_phase(const std::string& text) {
  const auto found = std::ranges::find(kPhaseTexts, text);
  if (found == kPhaseTexts.end()) throw std::invalid_argument("unknown phase " + text);
  return static_cast<Phase>(found - kPhaseTexts.begin());
}

double parse_value(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw std::invalid_argument("no number: " + text);
  return value;
}

Timestamp parse_time(const json& value) {
  return from_unix_ms(value.get<int64_t>());
}

json labels_object(const Labels& labels) {
  json object = json::object();
  for (const auto& [name, value] : labels) object[name] = value;
  return object;
}

Labels labels_of(const json& object) {
  Labels labels;
  for (const auto& [name, value] : object.items()) labels.set(name, value.get<std::string>());
  return labels;
}

GradeState parse_grade(const json& item) {
  GradeState grade{parse_phase(item.at("phase").get<std::string>()), parse_time(item.at("since")), std::nullopt};
  const json& recovering = item.at("recovering_since");
  if (!recovering.is_null()) grade.recovering_since = parse_time(recovering);
  return grade;
}

}  // namespace

std::string to_json(const Labels& labels) {
  return text_of(labels_object(labels));
}

std::string to_json(const Annotations& annotations) {
  return text_of(json(annotations));
}

std::string to_json(const std::vector<SeriesSnapshot>& series) {
  json list = json::array();
  for (const SeriesSnapshot& one : series) {
    list.push_back({{"labels", labels_object(one.labels)},
                    {"value", fmt::format("{}", one.value)},
                    {"since", to_unix_ms(one.since)}});
  }
  return text_of(list);
}

std::string to_json(const std::vector<GradeState>& grades) {
  json list = json::array();
  for (const GradeState& grade : grades) {
    list.push_back({{"phase", kPhaseTexts.at(static_cast<std::size_t>(grade.phase))},
                    {"since", to_unix_ms(grade.since)},
                    {"recovering_since", nullptr}});
    if (grade.recovering_since) list.back()["recovering_since"] = to_unix_ms(*grade.recovering_since);
  }
  return text_of(list);
}

std::string to_json(const Remembered& remembered) {
  return text_of(json(remembered));
}

Labels parse_labels(const std::string& text) {
  return labels_of(json::parse(text));
}

Annotations parse_annotations(const std::string& text) {
  return json::parse(text).get<Annotations>();
}

std::vector<SeriesSnapshot> parse_series(const std::string& text) {
  std::vector<SeriesSnapshot> series;
  for (const json& item : json::parse(text)) {
    series.push_back(
        {labels_of(item.at("labels")), parse_value(item.at("value").get<std::string>()), parse_time(item.at("since"))});
  }
  return series;
}

std::vector<GradeState> parse_grades(const std::string& text) {
  std::vector<GradeState> grades;
  for (const json& item : json::parse(text)) grades.push_back(parse_grade(item));
  return grades;
}

Remembered parse_remembered(const std::string& text) {
  return json::parse(text).get<Remembered>();
}

}  // namespace tocsin
