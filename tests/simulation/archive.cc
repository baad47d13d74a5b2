#include "tests/simulation/archive.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "agent/store/sqlite_reader.h"

namespace tocsin::sim {
namespace {

/// A step of pruning takes what is over in the minute before, and is made each minute.
constexpr Duration kPruned = 5min;
constexpr int kSeriesPerRuleMax = 3;
constexpr int kOwnRules = 3;

}  // namespace

void Archive::keep(Timestamp before) {
  std::optional<SQLite::Database> store;  // mostly there is nothing to keep
  for (const auto& [id, incident] : ledger_.incidents()) {
    if (!incident.resolved() || *incident.resolved_at >= before) continue;
    if (pruned_.contains(id)) continue;
    if (!store) store.emplace(path_, SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    if (auto record = read_record(*store, id)) {
      kept_.insert_or_assign(id, *std::move(record));
    } else {
      pruned_.insert(id);
    }
  }
}

std::vector<IncidentRecord> Archive::book() const {
  SQLite::Database store(path_, SQLite::OPEN_READONLY | SQLite::OPEN_URI);
  std::vector<IncidentRecord> records;
  for (const auto& [id, incident] : ledger_.incidents()) {
    if (auto record = read_record(store, id)) {
      records.push_back(*std::move(record));
    } else if (const auto kept = kept_.find(id); kept != kept_.end()) {
      records.push_back(kept->second);
    }
  }
  return records;
}

std::vector<std::string> check_rows(const std::string& path, Duration retention, std::size_t rules, Timestamp end) {
  SQLite::Database store(path, SQLite::OPEN_READONLY | SQLite::OPEN_URI);
  const auto count = [&](const std::string& rows) {
    return store.execAndGet("SELECT count(*) FROM " + rows).getInt64();
  };
  std::vector<std::string> violations;
  const auto at_most = [&](int64_t most, const std::string& rows) {
    const int64_t found = count(rows);
    if (found > most) violations.push_back(fmt::format("the store holds {} {}, at most {} may be", found, rows, most));
  };
  at_most(
      0, fmt::format("incidents WHERE state = 'resolved' AND resolved_at < {}", to_unix_ms(end - retention - kPruned)));
  for (const char* table : {"timeline", "deliveries", "told"}) {
    at_most(0, fmt::format("{} WHERE incident NOT IN (SELECT id FROM incidents)", table));
  }
  const auto known = static_cast<int64_t>(rules);
  at_most(known + kOwnRules, "rules");
  at_most(known * kSeriesPerRuleMax + kOwnRules + known, "series");
  return violations;
}

}  // namespace tocsin::sim
