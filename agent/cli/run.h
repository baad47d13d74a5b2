// tocsin run: the agent in the foreground.
#pragma once

#include <string>

namespace tocsin {

/// Returns the exit status: 0 on a clean stop (SIGTERM, SIGINT), 1 where the agent could not start, the reason on
/// stderr.
int run_agent(const std::string& config_file);

}  // namespace tocsin
