#include "agent/cli/load_once.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <cstdio>

namespace tocsin {

LoadedConfig load_once(const std::string& config_file) {
  ::prctl(PR_SET_DUMPABLE, 0);
  LoadedConfig loaded = load_config(config_file);
  for (const std::string& warning : loaded.warnings) fmt::print(stderr, "warning: {}\n", warning);
  for (const Fault& fault : loaded.faults) fmt::print(stderr, "{}\n", fault.str());
  return loaded;
}

}  // namespace tocsin
