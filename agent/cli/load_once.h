// What a command reads that does its work and ends.
#pragma once

#include <string>
#include <vector>

#include "agent/config/load.h"

namespace tocsin {

/// Reads the configuration, and prints its warnings and faults to stderr. From here on the process leaves no core: it
/// would hold the secrets that are read, and whoever calls such a command is no service.
LoadedConfig load_once(const std::string& config_file);

/// A line on stderr for each.
void print_faults(const std::vector<Fault>& faults);

}  // namespace tocsin
