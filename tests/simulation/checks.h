// checks: what must hold of the book and of what the receivers heard once a run is over.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/store/store_reader.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim_transport.h"

namespace tocsin::sim {

struct Ended {
  const Config& config;
  std::vector<IncidentRecord> book;  // by id
  Episodes expected;
  const std::vector<Heard>& heard;
  uint64_t doubts = 0;  // crashes and tries whose outcome nobody could know
  Timestamp end;
};

std::vector<std::string> check(const Ended& ended);

}  // namespace tocsin::sim
