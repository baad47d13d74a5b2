#include "agent/cli/run.h"

#include <fmt/format.h>

#include <cstdio>

#include "agent/config/load.h"

namespace tocsin {

int run_agent(const std::string& config_file) {
  const LoadedConfig loaded = load_config(config_file);
  for (const Fault& fault : loaded.faults) fmt::print(stderr, "{}\n", fault.str());
  return 1;
}

}  // namespace tocsin
