#include "agent/store/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "agent/base/limits.h"
#include "agent/base/log.h"
#include "agent/store/rows.h"
#include "agent/store/schema.h"
#include "agent/store/sqlite_connection.h"
#include "agent/store/sqlite_error.h"

namespace tocsin {

namespace {

/// Over, and nobody knows yet: what news() finds in an incident that is resolved. In the words of its index.
constexpr const char* kUnannounced =
    "state = 'resolved' AND (announced_state IS NOT 'resolved' OR announced_flaps < flaps)";

}  // namespace

struct SqliteStore::Connection {
  explicit Connection(SQLite::Database opened) : database(std::move(opened)) {}
  void write(const Change& change);
  void write_records(const Change& change);
  void write_timeline(const std::vector<TimelineEntry>& entries);
  void write_meta(const char* name, int64_t value);
  void write_series(const std::vector<SeriesRecord>& records);
  void give_back_pages();

  SQLite::Database database;
  SQLite::Statement begin{database, "BEGIN IMMEDIATE"};
  SQLite::Statement commit{database, "COMMIT"};
  SQLite::Statement roll_back{database, "ROLLBACK"};
  SQLite::Statement incident{database, upsert_sql(kIncidentTable)};
  SQLite::Statement incident_is_there{database, "SELECT 1 FROM incidents WHERE id = ?"};
  SQLite::Statement timeline{database, upsert_sql(kTimelineTable)};
  SQLite::Statement delivery{database, upsert_sql(kDeliveryTable)};
  SQLite::Statement told{database, upsert_sql(kToldTable)};
  SQLite::Statement series{database, upsert_sql(kSeriesTable)};
  SQLite::Statement rule{database, upsert_sql(kRuleTable)};
  SQLite::Statement delete_series{database, "DELETE FROM series WHERE rule = ? AND labels = ?"};
  SQLite::Statement delete_rule{database, "DELETE FROM rules WHERE rule = ?"};
  SQLite::Statement delete_rule_series{database, "DELETE FROM series WHERE rule = ?"};
  SQLite::Statement meta{database,
                         "INSERT INTO meta (name, value) VALUES (?, ?)"
                         " ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
  SQLite::Statement prune{database,
                          fmt::format("DELETE FROM incidents WHERE id IN (SELECT id FROM incidents AS old"
                                      " WHERE state = 'resolved' AND resolved_at < ? AND NOT ({}) AND NOT EXISTS"
                                      " (SELECT 1 FROM deliveries"
                                      " WHERE incident = old.id AND state IN ('held', 'pending', 'sending'))"
                                      " ORDER BY resolved_at LIMIT ?)",
                                      kUnannounced)};
};

namespace {

/// Returns the number of rows that changed. The statement is ready for its next use, also after an error.
int execute(SQLite::Statement& statement) {
  struct Reset {
    SQLite::Statement& statement;
    ~Reset() { statement.tryReset(); }
  } reset{statement};
  return statement.exec();
}

template <class Record>
void write_all(SQLite::Statement& statement, const std::vector<Record>& records) {
  for (const Record& record : records) {
    bind_record(statement, record);
    execute(statement);
  }
}

/// Rolls back unless commit() has been reached.
class WriteTransaction {
 public:
  WriteTransaction(SQLite::Database& database, SQLite::Statement& begin, SQLite::Statement& commit,
                   SQLite::Statement& roll_back)
      : database_(database), commit_(commit), roll_back_(roll_back) {
    execute(begin);
  }

  ~WriteTransaction() {
    // After some errors, a full disk among them, SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(database_.getHandle()) != 0) return;
    roll_back_.tryExecuteStep();
    roll_back_.tryReset();
  }

  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit() { execute(commit_); }

 private:
  SQLite::Database& database_;
  SQLite::Statement& commit_;
  SQLite::Statement& roll_back_;
};

std::optional<Error> as_damage(Result<void> looked) {
  return looked ? std::nullopt : std::optional(std::move(looked.error()));
}

/// The latest of each key of which an incident is over only after the store's last tick: the clock was set back since,
/// and by its times the one before would be taken for the latest.
constexpr const char* kBehindAStep =
    "SELECT max(later.id) FROM incidents AS ahead INDEXED BY incidents_resolved"
    " JOIN incidents AS later INDEXED BY incidents_rule ON later.rule = ahead.rule AND later.id > ahead.id AND "
    "later.group_labels = ahead.group_labels"
    " WHERE ahead.state = 'resolved' AND ahead.resolved_at > (SELECT value FROM meta WHERE name = 'alive_at')"
    " GROUP BY ahead.id";

/// The ids of the incidents that load() returns; its one parameter is `resolved_since`.
std::string loaded_incidents() {
  return fmt::format(
      "(SELECT id FROM incidents WHERE state <> 'resolved'"
      " UNION SELECT id FROM incidents WHERE state = 'resolved' AND resolved_at >= ?1"
      " UNION SELECT id FROM incidents WHERE {}"
      " UNION SELECT incident FROM deliveries INDEXED BY deliveries_waiting"
      " WHERE state IN ('held', 'pending', 'sending')"
      " UNION {})",
      kUnannounced, kBehindAStep);
}

template <class Record>
std::vector<Record> load_all(SQLite::Database& database, const std::string& sql, Record (*read)(SQLite::Statement&)) {
  SQLite::Statement statement(database, sql);
  return read_all(statement, read);
}

template <class Record>
std::vector<Record> load_since(SQLite::Database& database, const std::string& sql, Timestamp resolved_since,
                               Record (*read)(SQLite::Statement&)) {
  SQLite::Statement statement(database, sql);
  statement.bind(1, to_unix_ms(resolved_since));
  return read_all(statement, read);
}

/// SQLite keeps the highest id that a table ever had, also after its row is gone.
int64_t next_id(SQLite::Database& database, const char* table) {
  SQLite::Statement statement(database, "SELECT seq FROM sqlite_sequence WHERE name = ?");
  statement.bind(1, table);
  return statement.executeStep() ? statement.getColumn(0).getInt64() + 1 : 1;
}

std::optional<int64_t> load_meta(SQLite::Database& database, const char* name) {
  SQLite::Statement statement(database, "SELECT value FROM meta WHERE name = ?");
  statement.bind(1, name);
  if (!statement.executeStep()) return std::nullopt;
  return statement.getColumn(0).getInt64();
}

Stored load_everything(SQLite::Database& database, Timestamp resolved_since) {
  Stored stored;
  stored.incidents =
      load_since(database, fmt::format("{} WHERE id IN {} ORDER BY id", select_sql(kIncidentTable), loaded_incidents()),
                 resolved_since, read_incident);
  stored.deliveries =
      load_all(database,
               select_sql(kDeliveryTable) +
                   " INDEXED BY deliveries_waiting WHERE state IN ('held', 'pending', 'sending') ORDER BY id",
               read_delivery);
  stored.told = load_since(
      database,
      fmt::format("{} WHERE incident IN {} ORDER BY incident, notifier", select_sql(kToldTable), loaded_incidents()),
      resolved_since, read_told);
  stored.series = load_all(database, select_sql(kSeriesTable) + " ORDER BY rule, labels", read_series);
  stored.rules = load_all(database, select_sql(kRuleTable) + " ORDER BY rule", read_rule);
  if (const auto alive_at = load_meta(database, "alive_at")) stored.alive_at = from_unix_ms(*alive_at);
  stored.clock.ahead = Duration{load_meta(database, "clock_ahead").value_or(0)};
  stored.clock.by_date = Duration{load_meta(database, "clock_by_date").value_or(0)};
  stored.next_incident = next_id(database, kIncidentTable.name);
  stored.next_delivery = next_id(database, kDeliveryTable.name);
  return stored;
}

}  // namespace

void SqliteStore::Connection::write(const Change& change) {
  WriteTransaction transaction(database, begin, commit, roll_back);
  write_records(change);
  transaction.commit();
  give_back_pages();
}

/// A large commit leaves its pages in the cache for good; small ones, as most are, need few.
void SqliteStore::Connection::give_back_pages() {
  constexpr int kKeptBytesMax = 128 << 10;
  int bytes = 0;
  int peak = 0;
  sqlite3_db_status(database.getHandle(), SQLITE_DBSTATUS_CACHE_USED, &bytes, &peak, 0);
  if (bytes > kKeptBytesMax) sqlite3_db_release_memory(database.getHandle());
}

/// Forgotten rules go first: a rule that changed is forgotten and begun anew in one change. Incidents come before the
/// rows that refer to them.
void SqliteStore::Connection::write_records(const Change& change) {
  for (const std::string& name : change.forgotten_rules) {
    for (SQLite::Statement* statement : {&delete_rule_series, &delete_rule}) {
      statement->bind(1, name);
      execute(*statement);
    }
  }
  write_all(incident, change.incidents);
  write_timeline(change.timeline);
  write_all(delivery, change.deliveries);
  write_all(told, change.told);
  write_all(rule, change.rules);
  write_series(change.series);
  if (change.alive_at) write_meta("alive_at", to_unix_ms(*change.alive_at));
  if (change.clock) {
    write_meta("clock_ahead", change.clock->ahead.count());
    write_meta("clock_by_date", change.clock->by_date.count());
  }
}

void SqliteStore::Connection::write_meta(const char* name, int64_t value) {
  meta.bind(1, name);
  meta.bind(2, value);
  execute(meta);
}

/// A person may add a note to an incident that has just been pruned; that must not stop this and every later commit.
void SqliteStore::Connection::write_timeline(const std::vector<TimelineEntry>& entries) {
  for (const TimelineEntry& entry : entries) {
    incident_is_there.bind(1, entry.incident);
    const bool there = incident_is_there.executeStep();
    incident_is_there.reset();
    if (!there) continue;
    bind_record(timeline, entry);
    execute(timeline);
  }
}

void SqliteStore::Connection::write_series(const std::vector<SeriesRecord>& records) {
  for (const SeriesRecord& record : records) {
    SQLite::Statement& statement = record.state.inactive() ? delete_series : series;
    if (record.state.inactive()) {
      bind_key(statement, record);
    } else {
      bind_record(statement, record);
    }
    execute(statement);
  }
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, const SqliteOptions& options) {
  const std::string location = database_location(path);
  std::unique_ptr<StoreLock> lock;
  if (is_file(location)) {
    auto acquired = StoreLock::acquire(location);
    if (!acquired) return std::unexpected(acquired.error());
    lock = std::move(*acquired);
  }
  auto connection = attempt(location, [&] {
    return std::make_unique<Connection>(open_writer(location, options.busy_timeout, options.pages_max));
  });
  if (!connection) return std::unexpected(connection.error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(location, std::move(lock), std::move(*connection)));
}

SqliteStore::SqliteStore(std::string location, std::unique_ptr<StoreLock> lock, std::unique_ptr<Connection> connection)
    : location_(std::move(location)),
      name_(std::filesystem::path(location_).filename()),
      lock_(std::move(lock)),
      connection_(std::move(connection)),
      log_(inode_of(location_ + "-wal")) {}

SqliteStore::~SqliteStore() {
  take_verdict();
  damage_check_.reset();
  // Where the file has moved or is damaged, its -wal is left to whoever puts it back. Another's is not touched.
  SQLite::Database& database = connection_->database;
  if (damage_ || has_other_log()) sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (!damage_ && !has_moved(database)) database.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
}

bool SqliteStore::has_other_log() const {
  return is_file(location_) && inode_of(location_ + "-wal") != log_;
}

Result<void> SqliteStore::check_file() {
  if (damage_) return std::unexpected(*damage_);
  const auto gone = [this](std::string_view what, std::string_view remedy) {
    return fail(fmt::format("store {}: {}, so nothing more is written; {}", name_, what, remedy),
                ErrorCode::unavailable);
  };
  if (has_moved(connection_->database)) {
    return gone("the file was deleted or replaced while tocsin runs",
                "put it back, or restart tocsin to begin with what is there");
  }
  if (!has_other_log()) return {};
  // This process still has it: what it holds goes where the next start looks for it.
  connection_->database.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
  return gone("its -wal was deleted or replaced while tocsin runs",
              "what it held has been copied into the store; restart tocsin");
}

void SqliteStore::look_for_damage() {
  if (!is_file(location_) || has_moved(connection_->database) || has_other_log()) return;
  if (!damage_check_) begin_damage_check();
  take_verdict();
}

void SqliteStore::take_verdict() {
  if (!damage_check_ || !damage_check_->is_over()) return;
  damage_ = as_damage(damage_check_->verdict());
  damage_check_.reset();
}

/// A small file is checked at once, by a connection of its own: that which writes would not see what has become of
/// pages that it keeps. A large one that is known to be damaged is looked at again and again, until it is as it was.
void SqliteStore::begin_damage_check() {
  const bool is_due = looks_for_damage_++ % limits::kLooksForLargeDamage == 0 || damage_;
  const Result<void> looked = attempt(name_, [&] {
    SQLite::Database database = open_reader(location_, Duration{0});
    if (is_small(database)) {
      check_pages(database, name_, is_due ? Look::indexes : Look::pages);
    } else if (is_due) {
      damage_check_.emplace(location_, name_);
    }
  });
  if (!damage_check_) damage_ = as_damage(looked);
}

Result<Stored> SqliteStore::load(Timestamp resolved_since) {
  return attempt(location_, [&] { return load_everything(connection_->database, resolved_since); });
}

Result<void> SqliteStore::commit(const Change& change) {
  if (auto present = check_file(); !present) return present;
  return attempt(name_, [&] { connection_->write(change); });
}

Result<std::size_t> SqliteStore::prune(Timestamp before, std::size_t incidents_max) {
  if (auto present = check_file(); !present) return std::unexpected(present.error());
  return attempt(name_, [&] {
    SQLite::Statement& statement = connection_->prune;
    statement.bind(1, to_unix_ms(before));
    statement.bind(2, static_cast<int64_t>(incidents_max));
    return static_cast<std::size_t>(execute(statement));
  });
}

}  // namespace tocsin
