// GET /api/v1/rules: every rule with its state and how its last evaluation went.
#pragma once

#include "agent/api/context.h"

namespace tocsin {

ApiReply list_rules(ApiContext& context, const ApiCall& call);

}  // namespace tocsin
