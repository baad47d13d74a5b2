#include "agent/incident/describe.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "agent/base/text.h"

namespace tocsin {
namespace {

bool same_number(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool same_series(const std::vector<SeriesSnapshot>& a, const std::vector<SeriesSnapshot>& b) {
  return std::ranges::equal(a, b, [](const SeriesSnapshot& x, const SeriesSnapshot& y) {
    return same_number(x.value, y.value) && x.since == y.since && x.labels == y.labels;
  });
}

void add_global_labels(Labels& labels, const Surroundings& surroundings) {
  for (const auto& [name, value] : surroundings.labels) {
    if (!labels.has(name)) labels.set(name, value);
  }
}

std::string threshold_text(const Rule& rule, const Firing& firing) {
  const std::optional<Threshold>& threshold = rule.grades[firing.grade].threshold;
  return threshold && !firing.key.has(kNoDataLabel) ? threshold->text() : "";
}

}  // namespace

Labels incident_labels(const Rule& rule, const Labels& series, double value, const Surroundings& surroundings) {
  const TemplateData data{series, surroundings.labels, surroundings.external_url, value};
  Labels labels = series;
  for (const auto& [name, text] : *rule.labels) labels.set(name, text.render(data));
  add_global_labels(labels, surroundings);
  return labels;
}

std::string dedup_key(const Rule& rule, const Labels& key, const Surroundings& surroundings) {
  Labels labels = key;
  add_global_labels(labels, surroundings);
  return rule.name + (labels.empty() ? "" : labels.text());
}

std::string evidence_text(const Rule& rule, const Firing& firing) {
  if (firing.key.has(kNoDataLabel)) return "no data";
  const std::string threshold = threshold_text(rule, firing);
  return format_number(firing.value) + (threshold.empty() ? "" : " " + threshold);
}

bool describe(Incident& incident, const Rule& rule, const Firing& firing, const Surroundings& surroundings) {
  Labels labels = incident_labels(rule, firing.labels, firing.value, surroundings);
  std::string threshold = threshold_text(rule, firing);
  if (incident.labels == labels && same_number(incident.value, firing.value) && incident.threshold == threshold &&
      incident.series_count == firing.series_count && same_series(incident.series, firing.series)) {
    return false;
  }
  incident.labels = std::move(labels);
  incident.value = firing.value;
  incident.threshold = std::move(threshold);
  incident.series = firing.series;
  incident.series_count = firing.series_count;
  const TemplateData data{firing.worst, surroundings.labels, surroundings.external_url, firing.value};
  incident.annotations.clear();
  for (const auto& [name, text] : rule.annotations) incident.annotations.emplace_back(name, text.render(data));
  return true;
}

}  // namespace tocsin
