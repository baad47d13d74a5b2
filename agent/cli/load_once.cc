#include "agent/cli/load_once.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <cstdio>

namespace tocsin {

LoadedConfig load_once(const std::string& config_file) {
  ::prctl(PR_SET_DUMPABLE, 0);
  LoadedConfig loaded = load_config(config_file);
  for (const std::string& warning : loaded.warnings) fmt::print(stderr, "warning: {}\n", warning);
  print_faults(loaded.faults);
  return loaded;
}

void print_faults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) fmt::print(stderr, "{}\n", fault.str());
}

}  // namespace tocsin
