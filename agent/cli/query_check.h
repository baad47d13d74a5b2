// Has Prometheus itself parse queries, for `check --online`.
#pragma once

#include <vector>

#include "agent/config/load.h"
#include "agent/http/transport.h"

namespace tocsin {

/// One fault per query that Prometheus refuses, at the query's place; the last one, where it cannot be asked any more.
/// REQUIRES: loaded.config is there.
std::vector<Fault> check_queries(Transport& transport, const LoadedConfig& loaded);

}  // namespace tocsin
