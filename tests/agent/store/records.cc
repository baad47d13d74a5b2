#include "tests/agent/store/records.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

namespace tocsin::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// NaN equals NaN here: it has to come back.
void expect_value(double actual, double expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << actual;
  } else {
    EXPECT_EQ(actual, expected);
  }
}

std::vector<SeriesSnapshot> full_snapshots() {
  return {{{{"pod", "a\"b\\c"}, {"zone", "é\n"}}, 0.1 + 0.2, from_unix_ms(1'763'700'000'001)},
          {{{"pod", "b"}}, kInfinity, from_unix_ms(2)},
          {{{"pod", "c"}}, -kInfinity, from_unix_ms(3)},
          {{}, std::numeric_limits<double>::quiet_NaN(), from_unix_ms(-4)},
          {{{"pod", "d"}}, 5e-324, from_unix_ms(0)}};
}

}  // namespace

Incident full_incident(IncidentId id) {
  Incident incident;
  incident.id = id;
  incident.rule = "HighErrorRate";
  incident.key = {{"service", "checkout"}};
  incident.dedup_key = "HighErrorRate{cluster=\"staging\",service=\"checkout\"}";
  incident.state = IncidentState::acknowledged;
  incident.severity = Severity::sev1;
  incident.labels = {{"service", "checkout"}, {"team", "payments, \"quoted\""}};
  incident.annotations = {{"summary", "checkout: 7% of requests fail\nsecond line"},
                          {"description", std::string("a\0b", 3)}};
  incident.value = 0.07310000000000001;
  incident.threshold = "> 0.05";
  incident.opened_at = from_unix_ms(1'763'719'200'000 + id);
  incident.acknowledged_at = from_unix_ms(1'763'719'260'001);
  incident.acknowledged_by = "alice";
  incident.resolved_at = from_unix_ms(1'763'719'320'002);
  incident.resolve_reason = "series gone";
  incident.resolved_by_hand = true;
  incident.flaps = 3;
  incident.series = full_snapshots();
  incident.series_count = 21;
  incident.announced = Announced{IncidentState::open, Severity::sev2, 2};
  return incident;
}

Change opening(IncidentId id, std::size_t text_bytes) {
  Incident incident = full_incident(id);
  incident.annotations = {{"description", std::string(text_bytes, 'x')}};
  return {.incidents = {incident}, .timeline = {}, .deliveries = {full_delivery(id, id)}, .alive_at = from_unix_ms(id)};
}

Incident resolved_incident(IncidentId id, Timestamp resolved_at) {
  Incident incident = full_incident(id);
  incident.state = IncidentState::resolved;
  incident.resolved_at = resolved_at;
  incident.announced = Announced{IncidentState::resolved, incident.severity, incident.flaps};
  return incident;
}

TimelineEntry full_timeline_entry(IncidentId incident) {
  return {incident, from_unix_ms(1'763'719'200'003), "note", "looked at it: \x1b[31m", "bob"};
}

Delivery full_delivery(int64_t id, IncidentId incident) {
  Delivery delivery;
  delivery.id = id;
  delivery.incident = incident;
  delivery.notifier = "team-slack";
  delivery.kind = NotificationKind::escalate;
  delivery.state = DeliveryState::sending;
  delivery.severity = Severity::sev1;
  delivery.previous_severity = Severity::sev4;
  delivery.at = from_unix_ms(1'763'719'200'004);
  delivery.not_before = from_unix_ms(1'763'719'200'005);
  delivery.attempts = 7;
  delivery.last_error = "503 Service Unavailable";
  delivery.delivered_at = from_unix_ms(1'763'719'200'006);
  delivery.maybe_seen = true;
  delivery.waits_since = from_unix_ms(1'763'719'200'007);
  return delivery;
}

Told full_told(IncidentId incident) {
  Told told;
  told.incident = incident;
  told.notifier = "team-slack";
  told.open = true;
  told.opening_at = from_unix_ms(1'763'719'200'007);
  told.repeat_interval = 4h;
  told.last_at = from_unix_ms(1'763'719'200'008);
  told.remembered = {{"ts", "1763719200.000100"}, {"channel", "C1"}};
  return told;
}

SeriesRecord full_series(const std::string& rule, const std::string& instance) {
  SeriesRecord series;
  series.rule = rule;
  series.labels = {{"instance", instance}, {"job", "node"}};
  series.state.grades = {{Phase::open, from_unix_ms(10), from_unix_ms(30)},
                         {Phase::pending, from_unix_ms(20), std::nullopt},
                         {Phase::inactive, from_unix_ms(0), std::nullopt}};
  series.state.absent_since = from_unix_ms(40);
  series.state.value = kInfinity;
  return series;
}

void expect_same(const Incident& actual, const Incident& expected) {
  SCOPED_TRACE(incident_name(expected.id));
  EXPECT_EQ(actual.id, expected.id);
  EXPECT_EQ(actual.rule, expected.rule);
  EXPECT_EQ(actual.key, expected.key);
  EXPECT_EQ(actual.dedup_key, expected.dedup_key);
  EXPECT_EQ(actual.state, expected.state);
  EXPECT_EQ(actual.severity, expected.severity);
  EXPECT_EQ(actual.labels, expected.labels);
  EXPECT_EQ(actual.annotations, expected.annotations);
  expect_value(actual.value, expected.value);
  EXPECT_EQ(actual.threshold, expected.threshold);
  EXPECT_EQ(actual.opened_at, expected.opened_at);
  EXPECT_EQ(actual.acknowledged_at, expected.acknowledged_at);
  EXPECT_EQ(actual.acknowledged_by, expected.acknowledged_by);
  EXPECT_EQ(actual.resolved_at, expected.resolved_at);
  EXPECT_EQ(actual.resolve_reason, expected.resolve_reason);
  EXPECT_EQ(actual.resolved_by_hand, expected.resolved_by_hand);
  EXPECT_EQ(actual.flaps, expected.flaps);
  EXPECT_EQ(actual.series_count, expected.series_count);
  EXPECT_EQ(actual.announced, expected.announced);
  ASSERT_EQ(actual.series.size(), expected.series.size());
  for (std::size_t index = 0; index < expected.series.size(); ++index) {
    EXPECT_EQ(actual.series[index].labels, expected.series[index].labels);
    expect_value(actual.series[index].value, expected.series[index].value);
    EXPECT_EQ(actual.series[index].since, expected.series[index].since);
  }
}

void expect_same(const TimelineEntry& actual, const TimelineEntry& expected) {
  EXPECT_EQ(actual.incident, expected.incident);
  EXPECT_EQ(actual.at, expected.at);
  EXPECT_EQ(actual.type, expected.type);
  EXPECT_EQ(actual.text, expected.text);
  EXPECT_EQ(actual.by, expected.by);
}

void expect_same(const Delivery& actual, const Delivery& expected) {
  EXPECT_EQ(actual.id, expected.id);
  EXPECT_EQ(actual.incident, expected.incident);
  EXPECT_EQ(actual.notifier, expected.notifier);
  EXPECT_EQ(actual.kind, expected.kind);
  EXPECT_EQ(actual.state, expected.state);
  EXPECT_EQ(actual.severity, expected.severity);
  EXPECT_EQ(actual.previous_severity, expected.previous_severity);
  EXPECT_EQ(actual.at, expected.at);
  EXPECT_EQ(actual.not_before, expected.not_before);
  EXPECT_EQ(actual.attempts, expected.attempts);
  EXPECT_EQ(actual.last_error, expected.last_error);
  EXPECT_EQ(actual.delivered_at, expected.delivered_at);
  EXPECT_EQ(actual.maybe_seen, expected.maybe_seen);
  EXPECT_EQ(actual.waits_since, expected.waits_since);
}

void expect_same(const Told& actual, const Told& expected) {
  EXPECT_EQ(actual.incident, expected.incident);
  EXPECT_EQ(actual.notifier, expected.notifier);
  EXPECT_EQ(actual.open, expected.open);
  EXPECT_EQ(actual.opening_at, expected.opening_at);
  EXPECT_EQ(actual.repeat_interval, expected.repeat_interval);
  EXPECT_EQ(actual.last_at, expected.last_at);
  EXPECT_EQ(actual.remembered, expected.remembered);
}

void expect_same(const SeriesRecord& actual, const SeriesRecord& expected) {
  EXPECT_EQ(actual.rule, expected.rule);
  EXPECT_EQ(actual.labels, expected.labels);
  EXPECT_EQ(actual.state.grades, expected.state.grades);
  EXPECT_EQ(actual.state.absent_since, expected.state.absent_since);
  expect_value(actual.state.value, expected.state.value);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tocsin-store-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot create " << name;
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace tocsin::test
