// sim_config: a configuration drawn from the seed: rules with all that can be set differently, a webhook and a pager.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/config/config.h"

namespace tocsin::sim {

std::shared_ptr<const Config> make_config(uint64_t seed, std::string store_path);

}  // namespace tocsin::sim
