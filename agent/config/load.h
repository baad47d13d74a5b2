// Reads tocsin.toml and the rule files it names, and reports every fault of the run, not just the first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.h"

namespace tocsin {

/// Where in which file, what is wrong, what would be right: "file:line:column: text".
struct Fault {
  std::string file;
  int line = 0;
  int column = 0;
  std::string text;
  std::string str() const;
};

/// Where a query stands in its file, for faults that only Prometheus finds (`check --online`).
struct QueryPlace {
  std::string rule;
  std::string query;
  std::string file;
  int line = 0;
  int column = 0;
};

struct LoadedConfig {
  std::shared_ptr<const Config> config;  // null where there is a fault
  std::vector<Fault> faults;             // in the order of files and places
  std::vector<std::string> warnings;     // e.g. a secret file that everybody can read
  std::vector<QueryPlace> queries;
};

LoadedConfig load_config(const std::string& file);

}  // namespace tocsin
