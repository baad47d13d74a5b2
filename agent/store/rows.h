// Rows: how the records of the store stand in its tables: their columns, and the way there and back.
// Inside agent/store only; throws SQLite::Exception, and StoreFault for a row that does not hold what it should.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <span>
#include <string>

#include "agent/evaluate/series_state.h"
#include "agent/incident/incident.h"
#include "agent/outbox/delivery.h"

namespace tocsin {

struct RecordTable {
  const char* name;
  std::span<const char* const> columns;  // in the order of bind_record and read_*; the key first
  std::size_t key_columns;               // 0: rows are only appended
  std::size_t fixed_columns;             // the key and what stays as first written: indexes of these are left alone
};

extern const RecordTable kIncidentTable;
extern const RecordTable kTimelineTable;
extern const RecordTable kDeliveryTable;
extern const RecordTable kToldTable;
extern const RecordTable kSeriesTable;
extern const RecordTable kRuleTable;

/// Inserts a row with all columns as parameters; a row of the same key is updated in place.
std::string upsert_sql(const RecordTable& table);
/// `SELECT <columns> FROM <table>`.
std::string select_sql(const RecordTable& table);

/// Binds all parameters of the table's upsert.
void bind_record(SQLite::Statement& statement, const Incident& incident);
void bind_record(SQLite::Statement& statement, const TimelineEntry& entry);
void bind_record(SQLite::Statement& statement, const Delivery& delivery);
void bind_record(SQLite::Statement& statement, const Told& told);
void bind_record(SQLite::Statement& statement, const SeriesRecord& series);
void bind_record(SQLite::Statement& statement, const RuleRecord& rule);
/// Binds the key of a series: its rule and its labels.
void bind_key(SQLite::Statement& statement, const SeriesRecord& series);

/// The record in the present row of a statement that begins with select_sql().
Incident read_incident(SQLite::Statement& statement);
TimelineEntry read_timeline_entry(SQLite::Statement& statement);
Delivery read_delivery(SQLite::Statement& statement);
Told read_told(SQLite::Statement& statement);
SeriesRecord read_series(SQLite::Statement& statement);
RuleRecord read_rule(SQLite::Statement& statement);

/// All remaining rows, read by one of the functions above.
template <class Record>
std::vector<Record> read_all(SQLite::Statement& statement, Record (*read)(SQLite::Statement&)) {
  std::vector<Record> records;
  while (statement.executeStep()) records.push_back(read(statement));
  return records;
}

}  // namespace tocsin
