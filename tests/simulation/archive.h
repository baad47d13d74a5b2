// Archive: what is pruned from the store, kept for the checks; and what may be left of it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/store_reader.h"
#include "tests/simulation/ledger.h"

namespace tocsin::sim {

class Archive {
 public:
  Archive(std::string path, const Ledger& ledger) : path_(std::move(path)), ledger_(ledger) {}

  /// Incidents resolved before this are about to be pruned.
  void keep(Timestamp before);
  /// Every incident that was ever committed, pruned or not.
  std::vector<IncidentRecord> book() const;

 private:
  std::string path_;
  const Ledger& ledger_;
  std::map<IncidentId, IncidentRecord> kept_;  // as of the last time that they were about to be
  std::set<IncidentId> pruned_;
};

/// What the store holds at `end` although it is over, or that belongs to nothing.
std::vector<std::string> check_rows(const std::string& path, Duration retention, std::size_t rules, Timestamp end);

}  // namespace tocsin::sim
