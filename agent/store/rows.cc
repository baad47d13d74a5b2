#include "agent/store/rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "agent/store/record_json.h"
#include "agent/store/row_cursor.h"

namespace tocsin {
namespace {

constexpr std::array kIncidentColumns{"id",
                                      "rule",
                                      "state",
                                      "severity",
                                      "opened_at",
                                      "resolved_at",
                                      "group_labels",
                                      "dedup_key",
                                      "labels",
                                      "annotations",
                                      "value",
                                      "threshold",
                                      "acknowledged_at",
                                      "acknowledged_by",
                                      "resolve_reason",
                                      "resolved_by_hand",
                                      "flaps",
                                      "series",
                                      "series_count",
                                      "announced_state",
                                      "announced_severity",
                                      "announced_flaps"};
constexpr std::array kTimelineColumns{"incident", "at", "type", "text", "actor"};
constexpr std::array kDeliveryColumns{"id",         "incident",          "notifier",   "kind",       "state",
                                      "severity",   "previous_severity", "at",         "not_before", "attempts",
                                      "last_error", "delivered_at",      "maybe_seen", "waits_since"};
constexpr std::array kToldColumns{"incident",        "notifier", "open",      "opening_at",
                                  "repeat_interval", "last_at",  "remembered"};
constexpr std::array kSeriesColumns{"rule", "labels", "grades", "absent_since", "value"};
constexpr std::array kRuleColumns{"rule", "last_tick", "behind"};

void bind_value(SQLite::Statement& statement, int index, int64_t value) {
  statement.bind(index, value);
}
void bind_value(SQLite::Statement& statement, int index, int value) {
  statement.bind(index, value);
}
void bind_value(SQLite::Statement& statement, int index, bool value) {
  statement.bind(index, value ? 1 : 0);
}
void bind_value(SQLite::Statement& statement, int index, double value) {
  statement.bind(index, value);
}
void bind_value(SQLite::Statement& statement, int index, const std::string& value) {
  statement.bind(index, value);
}

void bind_value(SQLite::Statement& statement, int index, std::string_view value) {
  statement.bind(index, std::string(value));
}

void bind_value(SQLite::Statement& statement, int index, Timestamp value) {
  statement.bind(index, to_unix_ms(value));
}

template <class Value>
void bind_value(SQLite::Statement& statement, int index, const std::optional<Value>& value) {
  if (value) {
    bind_value(statement, index, *value);
  } else {
    statement.bind(index);
  }
}

template <class... Values>
void bind_all(SQLite::Statement& statement, const Values&... values) {
  int index = 0;
  (bind_value(statement, ++index, values), ...);
}

std::optional<Announced> read_announced(RowCursor& row) {
  const std::optional<IncidentState> state = row.optional_word(parse_state);
  const std::optional<Severity> severity = row.optional_word(parse_severity);
  const std::optional<int64_t> flaps = row.optional_integer();
  if (!state || !severity || !flaps) return std::nullopt;
  return Announced{*state, *severity, static_cast<int>(*flaps)};
}

}  // namespace

constinit const RecordTable kIncidentTable{"incidents", kIncidentColumns, 1, 2};
constinit const RecordTable kTimelineTable{"timeline", kTimelineColumns, 0, 0};
constinit const RecordTable kDeliveryTable{"deliveries", kDeliveryColumns, 1, 3};
constinit const RecordTable kToldTable{"told", kToldColumns, 2, 2};
constinit const RecordTable kSeriesTable{"series", kSeriesColumns, 2, 2};
constinit const RecordTable kRuleTable{"rules", kRuleColumns, 1, 1};

std::string upsert_sql(const RecordTable& table) {
  const std::vector<std::string_view> parameters(table.columns.size(), "?");
  std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, fmt::join(table.columns, ", "),
                                fmt::join(parameters, ", "));
  if (table.key_columns == 0) return sql;
  std::vector<std::string> updates;
  for (const char* column : table.columns.subspan(table.fixed_columns)) {
    updates.push_back(fmt::format("{0} = excluded.{0}", column));
  }
  return sql + fmt::format(" ON CONFLICT ({}) DO UPDATE SET {}",
                           fmt::join(table.columns.first(table.key_columns), ", "), fmt::join(updates, ", "));
}

std::string select_sql(const RecordTable& table) {
  return fmt::format("SELECT {} FROM {}", fmt::join(table.columns, ", "), table.name);
}

void bind_record(SQLite::Statement& statement, const Incident& incident) {
  std::optional<std::string_view> announced_state;
  std::optional<std::string_view> announced_severity;
  std::optional<int> announced_flaps;
  if (incident.announced) {
    announced_state = state_text(incident.announced->state);
    announced_severity = severity_text(incident.announced->severity);
    announced_flaps = incident.announced->flaps;
  }
  bind_all(statement, incident.id, incident.rule, state_text(incident.state), severity_text(incident.severity),
           incident.opened_at, incident.resolved_at, to_json(incident.key), incident.dedup_key,
           to_json(incident.labels), to_json(incident.annotations), incident.value, incident.threshold,
           incident.acknowledged_at, incident.acknowledged_by, incident.resolve_reason, incident.resolved_by_hand,
           incident.flaps, to_json(incident.series), static_cast<int64_t>(incident.series_count), announced_state,
           announced_severity, announced_flaps);
}

void bind_record(SQLite::Statement& statement, const TimelineEntry& entry) {
  bind_all(statement, entry.incident, entry.at, entry.type, entry.text, entry.by);
}

void bind_record(SQLite::Statement& statement, const Delivery& delivery) {
  std::optional<std::string_view> previous_severity;
  if (delivery.previous_severity) previous_severity = severity_text(*delivery.previous_severity);
  bind_all(statement, delivery.id, delivery.incident, delivery.notifier, kind_text(delivery.kind),
           delivery_state_text(delivery.state), severity_text(delivery.severity), previous_severity, delivery.at,
           delivery.not_before, delivery.attempts, delivery.last_error, delivery.delivered_at, delivery.maybe_seen,
           delivery.waits_since);
}

void bind_record(SQLite::Statement& statement, const Told& told) {
  std::optional<int64_t> repeat_interval;
  if (told.repeat_interval) repeat_interval = told.repeat_interval->count();
  bind_all(statement, told.incident, told.notifier, told.open, told.opening_at, repeat_interval, told.last_at,
           to_json(told.remembered));
}

void bind_record(SQLite::Statement& statement, const SeriesRecord& series) {
  bind_all(statement, series.rule, to_json(series.labels), to_json(series.state.grades), series.state.absent_since,
           series.state.value);
}

void bind_key(SQLite::Statement& statement, const SeriesRecord& series) {
  bind_all(statement, series.rule, to_json(series.labels));
}

void bind_record(SQLite::Statement& statement, const RuleRecord& rule) {
  bind_all(statement, rule.rule, rule.last_tick, rule.behind);
}

// The fields below are read in the order of the columns, which is not the order of the struct.

Incident read_incident(SQLite::Statement& statement) {
  RowCursor row(statement, kIncidentTable.name);
  Incident incident;
  incident.id = row.integer();
  incident.rule = row.text();
  incident.state = row.word(parse_state);
  incident.severity = row.word(parse_severity);
  incident.opened_at = row.time();
  incident.resolved_at = row.optional_time();
  incident.key = row.json(parse_labels);
  incident.dedup_key = row.text();
  incident.labels = row.json(parse_labels);
  incident.annotations = row.json(parse_annotations);
  incident.value = row.real();
  incident.threshold = row.text();
  incident.acknowledged_at = row.optional_time();
  incident.acknowledged_by = row.text();
  incident.resolve_reason = row.text();
  incident.resolved_by_hand = row.boolean();
  incident.flaps = static_cast<int>(row.integer());
  incident.series = row.json(parse_series);
  incident.series_count = static_cast<std::size_t>(row.integer());
  incident.announced = read_announced(row);
  return incident;
}

TimelineEntry read_timeline_entry(SQLite::Statement& statement) {
  RowCursor row(statement, kTimelineTable.name);
  TimelineEntry entry;
  entry.incident = row.integer();
  entry.at = row.time();
  entry.type = row.text();
  entry.text = row.text();
  entry.by = row.text();
  return entry;
}

Delivery read_delivery(SQLite::Statement& statement) {
  RowCursor row(statement, kDeliveryTable.name);
  Delivery delivery;
  delivery.id = row.integer();
  delivery.incident = row.integer();
  delivery.notifier = row.text();
  delivery.kind = row.word(parse_kind);
  delivery.state = row.word(parse_delivery_state);
  delivery.severity = row.word(parse_severity);
  delivery.previous_severity = row.optional_word(parse_severity);
  delivery.at = row.time();
  delivery.not_before = row.time();
  delivery.attempts = static_cast<int>(row.integer());
  delivery.last_error = row.text();
  delivery.delivered_at = row.optional_time();
  delivery.maybe_seen = row.boolean();
  delivery.waits_since = row.time();
  return delivery;
}

Told read_told(SQLite::Statement& statement) {
  RowCursor row(statement, kToldTable.name);
  Told told;
  told.incident = row.integer();
  told.notifier = row.text();
  told.open = row.boolean();
  told.opening_at = row.optional_time();
  const std::optional<int64_t> repeat_interval = row.optional_integer();
  if (repeat_interval) told.repeat_interval = Duration(*repeat_interval);
  told.last_at = row.time();
  told.remembered = row.json(parse_remembered);
  return told;
}

SeriesRecord read_series(SQLite::Statement& statement) {
  RowCursor row(statement, kSeriesTable.name);
  SeriesRecord series;
  series.rule = row.text();
  series.labels = row.json(parse_labels);
  series.state.grades = row.json(parse_grades);
  series.state.absent_since = row.optional_time();
  series.state.value = row.real();
  return series;
}

RuleRecord read_rule(SQLite::Statement& statement) {
  RowCursor row(statement, kRuleTable.name);
  RuleRecord rule;
  rule.rule = row.text();
  rule.last_tick = row.optional_time();
  rule.behind = row.boolean();
  return rule;
}

}  // namespace tocsin
