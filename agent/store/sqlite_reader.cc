#include "agent/store/sqlite_reader.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <limits>

#include "agent/base/limits.h"
#include "agent/store/rows.h"
#include "agent/store/sqlite_connection.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {
namespace {

constexpr Duration kBusyTimeout{1000};

/// Ends what a connection is asked once it takes too long. Goes before the connection.
class Deadline {
 public:
  Deadline(SQLite::Database& database, Duration longest) : until_(Clock::now() + longest) {
    sqlite3_progress_handler(database.getHandle(), kStepsBetweenLooks, is_over, this);
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kStepsBetweenLooks = 1'000;  // of SQLite's machine: well below a millisecond

  static int is_over(void* self) { return Clock::now() >= static_cast<const Deadline*>(self)->until_ ? 1 : 0; }

  const Clock::time_point until_;
};

/// The lowest id that `since` allows. Ids follow the openings, but for some that were found out late.
constexpr const char* kLowestSince =
    "(SELECT min(id) FROM incidents INDEXED BY incidents_opened WHERE opened_at >= :since)";

/// Whatever the filter, a page is read from an index in the order of ids. A unary plus takes a column out of SQLite's
/// choice of the index, where that of another one has fewer rows to look at.
std::string list_sql(const IncidentFilter& filter) {
  const bool active = filter.active_only || (filter.state && *filter.state != IncidentState::resolved);
  std::string sql = select_sql(kIncidentTable) + " WHERE id < :before";
  if (active) sql += " AND state <> 'resolved'";
  if (filter.state) sql += " AND +state = :state";
  if (!filter.rule.empty()) sql += active ? " AND +rule = :rule" : " AND rule = :rule";
  if (filter.severity) {
    sql += active || !filter.rule.empty() ? " AND +severity = :severity" : " AND severity = :severity";
  }
  if (filter.since) sql += fmt::format(" AND id >= {} AND +opened_at >= :since", kLowestSince);
  return sql + " ORDER BY id DESC LIMIT :limit";
}

void bind_filter(SQLite::Statement& statement, const IncidentFilter& filter) {
  statement.bind(":before", filter.before.value_or(std::numeric_limits<IncidentId>::max()));
  if (filter.state) statement.bind(":state", std::string(state_text(*filter.state)));
  if (filter.severity) statement.bind(":severity", std::string(severity_text(*filter.severity)));
  if (!filter.rule.empty()) statement.bind(":rule", filter.rule);
  if (filter.since) statement.bind(":since", to_unix_ms(*filter.since));
  // One more than asked for tells whether there is a next page.
  statement.bind(":limit", static_cast<int64_t>(filter.limit) + 1);
}

template <class Record>
std::vector<Record> read_of(SQLite::Database& database, const RecordTable& table, IncidentId id,
                            Record (*read)(SQLite::Statement&)) {
  SQLite::Statement statement(database, select_sql(table) + " WHERE incident = ? ORDER BY id");
  statement.bind(1, id);
  return read_all(statement, read);
}

std::size_t text_bytes(SQLite::Statement& row) {
  std::size_t bytes = 0;
  for (int index = 0; index < row.getColumnCount(); ++index) {
    const SQLite::Column column = row.getColumn(index);
    if (column.isText()) bytes += static_cast<std::size_t>(column.getBytes());
  }
  return bytes;
}

/// What is left over, be it one row, stands on the next page.
IncidentPage read_page(SQLite::Statement& statement, std::size_t incidents_max) {
  IncidentPage page;
  std::size_t bytes = 0;
  while (statement.executeStep()) {
    if (page.incidents.size() == incidents_max || bytes > limits::kIncidentPageBytesMax) {
      page.next = page.incidents.back().id;
      break;
    }
    bytes += text_bytes(statement);
    page.incidents.push_back(read_incident(statement));
  }
  return page;
}

}  // namespace

std::optional<IncidentRecord> read_record(SQLite::Database& database, IncidentId id) {
  SQLite::Statement statement(database, select_sql(kIncidentTable) + " WHERE id = ?");
  statement.bind(1, id);
  if (!statement.executeStep()) return std::nullopt;
  // The statement above holds the snapshot that the next two read from.
  return IncidentRecord{read_incident(statement), read_of(database, kTimelineTable, id, read_timeline_entry),
                        read_of(database, kDeliveryTable, id, read_delivery)};
}

Result<IncidentPage> SqliteReader::list(const IncidentFilter& filter) {
  return attempt(name_, [&] {
    SQLite::Database database = open_reader(location_, kBusyTimeout);
    const Deadline deadline(database, longest_);
    SQLite::Statement statement(database, list_sql(filter));
    bind_filter(statement, filter);
    return read_page(statement, filter.limit);
  });
}

Result<IncidentRecord> SqliteReader::get(IncidentId id) {
  return attempt(name_, [&] {
    SQLite::Database database = open_reader(location_, kBusyTimeout);
    const Deadline deadline(database, longest_);
    std::optional<IncidentRecord> record = read_record(database, id);
    if (!record) throw StoreFault(fmt::format("there is no incident {}", incident_name(id)), ErrorCode::not_found);
    return *std::move(record);
  });
}

}  // namespace tocsin
